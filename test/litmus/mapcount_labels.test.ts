import { describe, expect, test } from "vitest";
import {
  FOLL_WRITE,
  MAYBE_PINNED,
  NOT_PINNED,
  VM_SHARED,
  VMA_REGULAR_FILE,
} from "../../assembly/shared/codes.ts";
import type { InvariantName } from "../../src/scenario/promises.ts";
import type { SyncName, VariantName } from "../../src/scenario/scenario.ts";
import { SUBMITTED } from "../support/file_model_writeback.ts";
import { Lab, type LabOptions, READ_WRITE } from "../support/lab.ts";
import { calls, type Program } from "../support/virtual_cpus.ts";
import { WritebackRace } from "../support/writeback_race.ts";

/**
 * Glisse's algorithm of 11 January 2019, a label left out at a time. The schedules are sequentially
 * consistent: barriers (G1 G3 G5 C2 T2, and no-barrier) cannot be shown to matter here.
 */
const BARRIER = { scheme: "mapcount", sync: "barrier" } as const;

function brokenBy(options: LabOptions): InvariantName[] {
  const race = new WritebackRace({ ...BARRIER, ...options });
  const one = race.explore(race.pin(0), race.writeBack(1), 1);
  const other = race.explore(race.writeBack(0), race.pin(1), 0);
  return [...new Set([...one.broken.keys(), ...other.broken.keys()])].sort();
}

/** A flush that waits for nobody, and no second look at the entry: the labels stand alone. */
const ALONE = { tlb: "broadcast", recheck: "none" } as const;

describe("mapcount+barrier, a step left out", () => {
  const UNSEEN: InvariantName[] = [
    ...(["no-dirty-without-mkwrite", "no-false-negative"] as const),
    ...(["stable-under-writeback", "verdict-stable"] as const),
  ];

  test("none: nothing is broken", () => {
    expect(brokenBy({})).toEqual([]);
  });

  test("drop-G4: a pin sets no flag, and nobody sees it", () => {
    expect(brokenBy({ variant: "drop-G4" })).toEqual(UNSEEN);
  });

  test("drop-C5: page_mkclean() takes the flag off a pinned page for good", () => {
    expect(brokenBy({ variant: "drop-C5" })).toEqual(UNSEEN);
  });

  test("drop-G2: the flag alone does not outlive page_mkclean(), and P1 takes what G2 left", () => {
    expect(brokenBy({ variant: "drop-G2" })).toEqual(["conserved-refcount", ...UNSEEN]);
  });

  test("drop-P1: _mapcount is never lowered again", () => {
    expect(brokenBy({ variant: "drop-P1" })).toEqual(["conserved-refcount"]);
  });

  test("drop-T3: nobody asks, and the pinned page becomes clean", () => {
    const broken = brokenBy({ variant: "drop-T3" });
    expect(broken).toEqual(["no-dirty-without-mkwrite", "stable-under-writeback"]);
  });

  test.each(["drop-G6", "drop-T1"] as const)(
    "%s: needless where page_mkclean()'s flush waits for gup_fast, or gup looks again",
    (variant) => {
      expect(brokenBy({ variant })).toEqual([]);
      expect(brokenBy({ variant, recheck: "none" })).toEqual([]);
      expect(brokenBy({ variant, tlb: "broadcast" })).toEqual([]);
    },
  );

  test("with neither, G6 and T1 keep pins out of a page under writeback", () => {
    // That alone does not help a pin that looked at the entry before writeback began and ended.
    expect(brokenBy(ALONE)).toEqual(["no-dirty-without-mkwrite"]);
  });

  test.each([
    ["drop-G6", ["no-dirty-without-mkwrite", "stable-under-writeback", "verdict-stable"]],
    ["drop-T1", ["no-dirty-without-mkwrite", "verdict-stable"]],
  ] as const)("%s with neither: they come in", (variant, broken) => {
    expect(brokenBy({ ...ALONE, variant })).toEqual(broken);
  });

  const WEAK: readonly VariantName[] = ["drop-G1", "drop-G3", "drop-G5", "drop-C2", "drop-T2"];
  test.each(WEAK)("%s needs weak memory: no schedule shows that it matters", (variant) => {
    expect(brokenBy({ variant })).toEqual([]);
  });

  test.each(["bias", "exact"] as const)(
    "no-barrier needs weak memory: no schedule of %s shows that it matters",
    (scheme) => {
      expect(brokenBy({ scheme, variant: "no-barrier" })).toEqual([]);
    },
  );
});

describe("drop-C1: the flag is never taken off", () => {
  test.each([
    [undefined, NOT_PINNED],
    ["drop-C1", MAYBE_PINNED],
  ] as const)("%s: after the last pin and a page_mkclean() the answer is %i", (variant, told) => {
    const lab = new Lab({ ...BARRIER, rules: "5.0", variant });
    const vpn = lab.map(1, { flags: READ_WRITE | VM_SHARED, file: VMA_REGULAR_FILE });
    const page = lab.mapped(vpn);
    lab.pin(vpn, 1, FOLL_WRITE);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    lab.core.lockPage(lab.cpu(), page);
    lab.core.pageMkclean(lab.cpu(), page, 0);
    lab.core.unlockPage(lab.cpu(), page);
    expect(lab.core.pageMaybeDmaPinned(page)).toBe(told);
  });
});

/** A race whose page CPU 0 has pinned for writing before anything else happens. */
function heldPage(options: LabOptions): WritebackRace {
  return new WritebackRace(options, (lab, vpn) => {
    lab.pin(vpn, 1, FOLL_WRITE);
    lab.core.ledgerCount(lab.cpu(), lab.arena(), 1, FOLL_WRITE, 1);
  });
}

describe("who asks without the page lock while page_mkclean() runs", () => {
  const SYNCS: readonly (readonly [SyncName, boolean])[] = [
    ["none", true],
    ["barrier", true],
    ["lock", false],
    ["lock-post", false],
  ];
  test.each(SYNCS)("mapcount+%s: between C1 and C5 the answer is no: %s", (sync, lies) => {
    const race = heldPage({ scheme: "mapcount", sync });
    const asks = calls((lab) => lab.core.testPinned(lab.cpu(1), race.page));
    const answers = new Set<number | undefined>();
    const programs = [race.writeBack(0), asks];
    const alone = race.run(programs, []).accesses.filter(({ cpu }) => cpu === 0).length;
    for (let at = 0; at <= alone; at++) answers.add(race.run(programs, [at]).results[1]);
    expect([...answers].sort()).toEqual(lies ? [NOT_PINNED, MAYBE_PINNED] : [MAYBE_PINNED]);
  });
});

describe("page_mkclean() of a pinned page while its mapping is zapped", () => {
  /** Writes the page back, then unpins it dirty: was it taken for unpinned, what broke? */
  function fooled(sync: SyncName): { told: number; broken: readonly InvariantName[] } {
    const race = heldPage({ scheme: "mapcount", sync });
    const unmaps = calls((lab) => lab.core.munmapRegion(lab.cpu(1), lab.mm(), race.vpn, 1));
    const thenUnpins: Program = function* thenUnpins(lab) {
      const result = yield* race.writeBack(0)(lab);
      yield* race.unpinDirty(0);
      return result;
    };
    const { broken, results } = race.explore(thenUnpins, unmaps, 0);
    const told = [...results].filter((result) => result.startsWith(`${SUBMITTED},`)).length;
    return { told, broken: [...broken.keys()].sort() };
  }

  test.each(["none", "barrier"] as const)(
    "mapcount+%s reads _mapcount before it walks: at worst a false positive",
    (sync) => {
      expect(fooled(sync)).toEqual({ told: 0, broken: [] });
    },
  );

  // A finding: Hubbard's prototype counts the entries that it cleaned, and then reads _mapcount.
  test.each(["lock", "lock-post"] as const)(
    "mapcount+%s reads it after the walk: one mapping less hides the pin",
    (sync) => {
      const { told, broken } = fooled(sync);
      expect(told).toBeGreaterThan(0);
      expect(broken).toEqual(["no-dirty-without-mkwrite", "no-false-negative"]);
    },
  );
});
