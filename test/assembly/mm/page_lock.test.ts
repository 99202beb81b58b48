import { describe, expect, test } from "vitest";
import {
  ACCESS_BLOCK,
  BUG_SLEEP_IN_ATOMIC,
  MUST_LOCK_HELD,
  PG_DIRTY,
  PG_LOCKED,
  PG_WAITERS,
} from "../../../assembly/shared/codes.ts";
import { CPU_IRQ_OFF, PAGE_FLAGS } from "../../../assembly/shared/layout.ts";
import { Lab } from "../../support/lab.ts";
import {
  atEverySwitch,
  atEveryTwoSwitches,
  type Program,
  VirtualCpus,
} from "../../support/virtual_cpus.ts";

/** Locks the page, says so, makes an access inside, says so again, unlocks. */
function lockingOn(cpu: number, log: number[]): Program {
  return function* locking(lab) {
    const page = lab.page(8);
    yield () => Number(lab.core.lockPage(lab.cpu(cpu), page));
    log.push(cpu);
    expect(lab.flags(page) & PG_LOCKED).toBe(PG_LOCKED);
    yield () => lab.core.tryGetFolio(lab.cpu(cpu), lab.page(9), 1);
    log.push(cpu);
    yield () => Number(lab.core.unlockPage(lab.cpu(cpu), page));
    return cpu;
  };
}

function lockOnly(cpu: number, pfns: readonly number[]): Program {
  return function* locks(lab) {
    for (const pfn of pfns) {
      yield () => Number(lab.core.lockPage(lab.cpu(cpu), lab.page(pfn)));
    }
    for (const pfn of pfns) {
      yield () => Number(lab.core.unlockPage(lab.cpu(cpu), lab.page(pfn)));
    }
    return 0;
  };
}

describe("the page lock", () => {
  test("is taken once, and free again after unlock", () => {
    const { core, ...lab } = open();
    expect(core.tryLockPage(lab.page)).toBe(1);
    expect(core.tryLockPage(lab.page)).toBe(0);
    core.unlockPage(lab.cpu, lab.page);
    expect(core.tryLockPage(lab.page)).toBe(1);
  });

  test("leaves the other flags alone", () => {
    const { core, page, cpu, lab } = open();
    lab.setWord(page + PAGE_FLAGS, PG_DIRTY);
    core.lockPage(cpu, page);
    expect(lab.flags(page)).toBe(PG_DIRTY | PG_LOCKED);
    core.unlockPage(cpu, page);
    expect(lab.flags(page)).toBe(PG_DIRTY);
  });

  test("unlocking what nobody holds is impossible: recorded, then a trap", () => {
    const { core, page, cpu, lab } = open();
    expect(() => core.unlockPage(cpu, page)).toThrow("unreachable");
    expect(lab.faultCodes).toEqual([MUST_LOCK_HELD]);
  });

  test("may sleep: taking it with interrupts off is a recorded BUG", () => {
    const { core, page, cpu, lab } = open();
    lab.setWord(cpu + CPU_IRQ_OFF, 1);
    core.lockPage(cpu, page);
    expect(lab.faultCodes).toEqual([BUG_SLEEP_IN_ATOMIC]);
  });
});

function open() {
  const lab = new Lab();
  return { lab, core: lab.core, cpu: lab.cpu(), page: lab.page(8) };
}

describe("the page lock, contended", () => {
  const cpus = new VirtualCpus({}, () => {});
  const log: number[] = [];
  const programs = [lockingOn(0, log), lockingOn(1, log)];

  test("no wake-up is lost wherever one CPU or both are interrupted", () => {
    let slept = 0;
    const look = ({ results, deadlock, waits }: ReturnType<VirtualCpus["run"]>): void => {
      expect(deadlock).toBe(false);
      expect(results).toEqual([0, 1]);
      expect(cpus.lab.flags(cpus.lab.page(8)) & (PG_LOCKED | PG_WAITERS)).toBe(0);
      const [first, second, third, fourth] = log.splice(0).slice(-4);
      expect([second, fourth]).toEqual([first, third]);
      slept += waits.filter(({ kind }) => kind === ACCESS_BLOCK).length;
    };
    expect(atEverySwitch(cpus, programs, look)).toBeGreaterThan(2);
    expect(atEveryTwoSwitches(cpus, programs, look)).toBeGreaterThan(3);
    for (let i = 0; i < 512; i++) {
      look(cpus.run(programs, [i % 8, Math.floor(i / 8) % 8, Math.floor(i / 64)]));
    }
    expect(slept).toBeGreaterThan(10);
  });

  test("CPU 1 sleeps until CPU 0 unlocks, then has it", () => {
    log.length = 0;
    const { waits, results } = cpus.run(programs, [1]);
    expect(waits).toEqual([{ cpu: 1, address: cpus.lab.page(8) + PAGE_FLAGS, kind: ACCESS_BLOCK }]);
    expect(results).toEqual([0, 1]);
    expect(log.splice(0)).toEqual([0, 0, 1, 1]);
  });

  test("two CPUs that lock two pages crosswise stop where no CPU can run", () => {
    const crosswise = [lockOnly(0, [8, 9]), lockOnly(1, [9, 8])];
    const outcome = cpus.run(crosswise, [1]);
    expect(outcome.deadlock).toBe(true);
    expect(outcome.results).toEqual([undefined, undefined]);
    expect(outcome.waits.map(({ cpu }) => cpu).sort()).toEqual([0, 1]);
    expect(cpus.run(crosswise, []).deadlock).toBe(false);
    expect(cpus.run([lockOnly(0, [8, 9]), lockOnly(1, [8, 9])], [1]).deadlock).toBe(false);
  });
});
