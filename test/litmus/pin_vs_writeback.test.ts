import { describe, expect, test } from "vitest";
import {
  BUG_CHANGED_UNDER_WRITEBACK,
  BUG_DIRTY_WITHOUT_BUFFERS,
  BUG_DIRTY_WITHOUT_MKWRITE,
  BUG_FALSE_NEGATIVE,
  BUG_LOST_DMA_WRITE,
  FOLL_WRITE,
  VM_SHARED,
  VMA_REGULAR_FILE,
  WARN_WRITE_WITHOUT_BUFFERS,
} from "../../assembly/shared/codes.ts";
import { FILE_INDEX } from "../../assembly/shared/file_layout.ts";
import { PARAM_CONTENT } from "../../assembly/shared/layout.ts";
import type { VariantName } from "../../src/scenario/scenario.ts";
import { Lab, type LabOptions, READ_WRITE } from "../support/lab.ts";
import {
  atEverySwitch,
  atEveryTwoSwitches,
  type Outcome,
  type Program,
  VirtualCpus,
} from "../support/virtual_cpus.ts";

/**
 * The race of the whole debate, on virtual CPUs: one pins a page of a shared file mapping, lets the
 * device write and gives it back dirty; the other writes the page back. Each is interrupted before
 * each of its accesses in turn, and the other again before each of its own.
 */

const FILE = { flags: READ_WRITE | VM_SHARED, file: VMA_REGULAR_FILE };
const [SUBMITTED, BOUNCED] = [0, 1];

const NAMES: Readonly<Record<number, string>> = {
  [BUG_CHANGED_UNDER_WRITEBACK]: "changed under writeback",
  [BUG_DIRTY_WITHOUT_BUFFERS]: "dirty without buffers",
  [BUG_DIRTY_WITHOUT_MKWRITE]: "dirty without mkwrite",
  [BUG_FALSE_NEGATIVE]: "false negative",
  [BUG_LOST_DMA_WRITE]: "lost write",
  [WARN_WRITE_WITHOUT_BUFFERS]: "written without buffers",
};

const pageOf = (lab: Lab): number => lab.word(lab.word(lab.file() + FILE_INDEX)) >>> 0;
const contentOf = (lab: Lab): number =>
  lab.word(lab.word(PARAM_CONTENT) + lab.pfn(pageOf(lab)) * 4);

/** pin_user_pages_fast(), DMA, unpin_user_pages_dirty_lock(), the ledger around them. */
function pinner(cpu: number, vpn: number): Program {
  return function* pins(lab) {
    const { core } = lab;
    const [at, arena] = [lab.cpu(cpu), lab.arena(cpu)];
    yield () => core.pinUserPagesFast(at, lab.mm(), vpn, 1, FOLL_WRITE, arena);
    core.ledgerCount(at, arena, 1, FOLL_WRITE, 1);
    yield () => core.deviceWrites(at, lab.file(), arena, 1);
    yield () => lab.word(arena);
    core.ledgerCount(at, arena, 1, FOLL_WRITE, -1);
    yield () => {
      core.unpinUserPagesDirtyLock(at, arena, 1);
      return 0;
    };
    return 0;
  };
}

/** Background writeback of the page: submission, and its completion apart. */
function flusher(cpu: number): Program {
  return function* writes(lab) {
    const { core } = lab;
    const at = lab.cpu(cpu);
    const result = yield () => core.submitOnePage(at, lab.file(), 0, 0);
    if (result !== SUBMITTED && result !== BOUNCED) return result;
    const [page, content] = [pageOf(lab), contentOf(lab)];
    yield () => {
      core.completeOnePage(at, page, content, result === BOUNCED ? 1 : 0);
      return 0;
    };
    return result;
  };
}

/** Whoever else wants to know: reclaim, migration. */
function observer(cpu: number): Program {
  return function* asks(lab) {
    return yield () => lab.core.testPinned(lab.cpu(cpu), pageOf(lab));
  };
}

/** Every fault that a schedule with one or two switches shows, whoever of the two goes first. */
function found(machine: LabOptions): string[] {
  const codes = new Set<string>();
  for (const isPinnerFirst of [true, false]) {
    let vpn = 0;
    const cpus = new VirtualCpus({ rules: "5.0", pages: 32, filePages: 4, ...machine }, (lab) => {
      vpn = lab.map(1, FILE);
    });
    const look = ({ deadlock }: Outcome): void => {
      expect(deadlock).toBe(false);
      for (const code of cpus.lab.faultCodes) codes.add(NAMES[code] ?? `fault ${code}`);
    };
    const programs = isPinnerFirst ? [pinner(0, vpn), flusher(1)] : [flusher(0), pinner(1, vpn)];
    atEverySwitch(cpus, programs, look);
    atEveryTwoSwitches(cpus, programs, look);
  }
  return [...codes].sort();
}

const COUNTS = ["bias", "hybrid", "exact", "exact-side"] as const;

describe.each(COUNTS)(
  "%s keeps what it promises wherever one of the two is interrupted",
  (scheme) => {
    test.each(["none", "lock", "lock-post", "barrier"] as const)("with %s", (sync) => {
      expect(found({ scheme, sync })).toEqual([]);
    });

    test("with none and test-at after-set-writeback as well", () => {
      expect(found({ scheme, testAt: "after-set-writeback" })).toEqual([]);
    });
  },
);

describe("broken twins", () => {
  test("the test before page_mkclean(): a pin comes in between by a writable entry", () => {
    expect(found({ testAt: "before-mkclean" })).toContain("dirty without mkwrite");
  });

  test("no second look at the entry, where a flush does not wait for walkers", () => {
    expect(found({ variant: "no-recheck", tlb: "broadcast" })).toContain("dirty without mkwrite");
    expect(found({ tlb: "broadcast" })).toEqual([]);
    // By interrupts page_mkclean() itself waits until gup_fast is through: nothing shows.
    expect(found({ variant: "no-recheck" })).toEqual([]);
  });

  test.each(["lock", "lock-post"] as const)(
    "%s taken after the recheck, as Hubbard's prototype does: cleaned in between",
    (sync) => {
      expect(found({ sync, recheck: "before-lock" })).toContain("dirty without mkwrite");
      expect(found({ scheme: "mapcount", sync })).toContain("dirty without mkwrite");
      expect(found({ scheme: "mapcount", sync, recheck: "under-lock" })).toEqual([]);
    },
  );

  test("lru-count's post pass counts after the last look at the entry", () => {
    expect(found({ scheme: "lru-count" })).toContain("dirty without mkwrite");
  });

  test("refcount, the world before 2019", () => {
    expect(found({ scheme: "refcount" })).toContain("dirty without mkwrite");
  });

  test("policy ignore: whoever is pinned is cleaned all the same", () => {
    const onPinned = { background: "ignore", fsync: "ignore" } as const;
    expect(found({ onPinned })).toContain("dirty without mkwrite");
  });
});

describe("mapcount+barrier, Glisse's algorithm of 11 January 2019", () => {
  const machine = { scheme: "mapcount", sync: "barrier" } as const;
  const without = (variant: VariantName) => found({ ...machine, variant });

  test("holds between pin and writeback", () => {
    expect(found(machine)).toEqual([]);
  });

  test.each(["drop-G4", "drop-T3"] as const)("%s: writeback never learns of the pin", (variant) => {
    expect(without(variant)).toContain("dirty without mkwrite");
  });

  test("drop-C5: the flag of a pinned page is lost in page_mkclean()", () => {
    expect(without("drop-C5")).toContain("dirty without mkwrite");
  });

  test("drop-G6: the second look at the entry covers for it; without that G6 is not enough", () => {
    expect(without("drop-G6")).toEqual([]);
    const bare = { ...machine, recheck: "none", tlb: "broadcast" } as const;
    expect(found(bare)).toContain("dirty without mkwrite");
  });

  // Their order cannot be broken where memory is sequentially consistent.
  test.each(["drop-G1", "drop-G3", "drop-G5", "drop-C2", "drop-T2"] as const)(
    "%s: a barrier that only weak memory misses",
    (variant) => {
      expect(without(variant)).toEqual([]);
    },
  );

  test("the flag is off between C1 and C5: who asks then is deceived", () => {
    const deceived = (sync: "barrier" | "lock"): boolean => {
      let vpn = 0;
      const cpus = new VirtualCpus(
        { scheme: "mapcount", sync, rules: "5.0", pages: 32, filePages: 4 },
        (lab) => {
          vpn = lab.map(1, FILE);
          lab.pin(vpn, 1, FOLL_WRITE);
          lab.core.ledgerCount(lab.cpu(), lab.arena(), 1, FOLL_WRITE, 1);
        },
      );
      let isDeceived = false;
      atEverySwitch(cpus, [flusher(0), observer(1)], () => {
        isDeceived ||= cpus.lab.faultCodes.includes(BUG_FALSE_NEGATIVE);
      });
      return isDeceived;
    };
    expect([deceived("barrier"), deceived("lock")]).toEqual([true, false]);
  });
});

/** Kara, 3 January 2018: "Filesystem crashes due to pages without buffers", step by step. */
describe("the crash of 2018", () => {
  const steps = (machine: LabOptions): string[] => {
    const lab = new Lab({ rules: "5.0", pages: 32, filePages: 4, ...machine });
    const { core } = lab;
    const [cpu, arena, file] = [lab.cpu(), lab.arena(), lab.file()];
    const vpn = lab.map(1, { ...FILE, populate: false });
    // A: gup write-faults; page_mkwrite attaches buffers, the page is dirty.
    expect(core.pinUserPagesFast(cpu, lab.mm(), vpn, 1, FOLL_WRITE, arena)).toBe(1);
    core.ledgerCount(cpu, arena, 1, FOLL_WRITE, 1);
    // K: reclaim unmaps, cleans and writes; in the next round it strips the buffers and fails.
    core.shrinkOldest(cpu);
    core.shrinkOldest(cpu);
    // D: the device is done.
    core.deviceWrites(cpu, file, arena, 1);
    core.ledgerCount(cpu, arena, 1, FOLL_WRITE, -1);
    core.unpinUserPagesDirtyLock(cpu, arena, 1);
    // Writeback meets a dirty page without buffers.
    core.closeFile(cpu, file);
    return [...new Set(lab.faultCodes.map((code) => NAMES[code] ?? String(code)))];
  };

  test("refcount: dirty without buffers, and the write is lost", () => {
    expect(steps({ scheme: "refcount" })).toEqual([
      "dirty without buffers",
      "dirty without mkwrite",
      "written without buffers",
      "lost write",
    ]);
  });

  test.each(["bias", "hybrid", "exact", "exact-side", "lru-count", "mapcount"] as const)(
    "%s with skip: does not happen",
    (scheme) => {
      expect(steps({ scheme })).toEqual([]);
    },
  );

  test("policy ignore and the rules of 2023: reclaim keeps the buffers", () => {
    const onPinned = { background: "ignore", fsync: "ignore" } as const;
    expect(steps({ onPinned, rules: "6.13" })).toEqual([]);
    expect(steps({ onPinned, rules: "5.0" })).toContain("dirty without buffers");
  });
});
