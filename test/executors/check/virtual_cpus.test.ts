import { describe, expect, test } from "vitest";
import { PAGE_FLAGS, ZONE_LOCK } from "../../../assembly/shared/layout.ts";
import { DepthFirst } from "../../../src/executors/check/depth_first.ts";
import type { Race } from "../../../src/executors/check/race.ts";
import { Trial } from "../../../src/executors/check/trial.ts";
import type { VirtualCpus } from "../../../src/executors/check/virtual_cpus.ts";
import { raceOf, searched, subjectOf } from "../../support/counterexamples.ts";
import { call, callApart, madeRace, operation } from "../../support/made_race.ts";
import { cpusOf } from "../../support/toy.ts";

const open = (race: Race): Trial => new Trial(subjectOf(race, { scheme: "bias" }));

/** The CPU goes on as far as it can: to its end, or until it waits. */
function runOut(cpus: VirtualCpus, cpu: number): void {
  for (let runs = 0; cpus.runnable & (1 << cpu); runs++) {
    if (runs > 999) throw new Error(`CPU${cpu} never waits`);
    cpus.run(cpu);
  }
}

/** Every CPU locks the page of its own number here, and unlocks it later. */
function lockers(pfns: readonly number[]): Race {
  return madeRace(pfns.length, (world) =>
    pfns.map((pfn, index) => {
      const [cpu, page, { core }] = [world.cpu(index), world.page(pfn), world];
      return [
        operation(
          call("lock_page()", () => core.lockPage(cpu, page)),
          callApart("unlock_page()", () => core.unlockPage(cpu, page)),
        ),
      ];
    }),
  );
}

describe("the page lock of another CPU", () => {
  test("is slept for, until that page is unlocked", () => {
    const { cpus, world } = open(lockers([8, 9, 8, 9]));
    for (const holder of [0, 1]) cpus.run(holder);
    for (const waiter of [2, 3]) runOut(cpus, waiter);
    expect(cpusOf(cpus.runnable)).toEqual([0, 1]);
    expect(cpus.waitsAt(2)).toBe(world.page(8) + PAGE_FLAGS);
    expect(cpus.waitsAt(3)).toBe(world.page(9) + PAGE_FLAGS);
    runOut(cpus, 0);
    expect(cpusOf(cpus.runnable)).toEqual([1, 2]);
    expect(cpus.waitsAt(2)).toBeUndefined();
    for (const cpu of [2, 1, 3]) runOut(cpus, cpu);
    expect(cpus.unfinished).toBe(0);
  });

  test("makes nobody spin: there are few states", () => {
    let search = new DepthFirst();
    const begin = (): DepthFirst => {
      search = new DepthFirst();
      return search;
    };
    expect(searched(open(lockers([8, 8])), begin)).toEqual({ kind: "exhausted" });
    expect(search.states.size).toBeLessThan(100);
  });
});

describe("who sleeps", () => {
  test("on a spin lock is woken one by one, in the order of going to sleep", () => {
    const race = madeRace(4, (world) =>
      [0, 1, 2, 3].map((index) => {
        const alloc = () => world.core.allocAnonFolio(world.cpu(index), 0, world.mm, index);
        return [operation(call("alloc_page()", alloc))];
      }),
    );
    const { cpus, world } = open(race);
    while (world.word(ZONE_LOCK) === 0) cpus.run(0, 1);
    const asleep = [3, 1, 2];
    for (const cpu of asleep) runOut(cpus, cpu);
    expect(asleep.map((cpu) => cpus.waitsAt(cpu))).toEqual([ZONE_LOCK, ZONE_LOCK, ZONE_LOCK]);
    const woken: number[] = [];
    for (let holder = 0; cpus.unfinished !== 0; ) {
      while (cpus.runnable === 1 << holder) cpus.run(holder, 1);
      const others = cpusOf(cpus.runnable & ~(1 << holder));
      woken.push(...others);
      runOut(cpus, holder);
      holder = others[0] ?? holder;
    }
    expect(woken).toEqual(asleep);
  });

  test("on mmap_lock is woken with all the others, and the first that runs has it", () => {
    const race = madeRace(3, (world) =>
      [0, 1, 2].map((index) => {
        const [cpu, { core, mm }] = [world.cpu(index), world];
        return [
          operation(
            call("mmap_write_lock()", () => core.mmapWriteLock(cpu, mm)),
            callApart("mmap_write_unlock()", () => core.mmapWriteUnlock(cpu, mm)),
          ),
        ];
      }),
    );
    const { cpus } = open(race);
    cpus.run(0);
    for (const cpu of [2, 1]) runOut(cpus, cpu);
    expect(cpusOf(cpus.runnable)).toEqual([0]);
    runOut(cpus, 0);
    expect(cpusOf(cpus.runnable)).toEqual([1, 2]);
    while (cpus.callOf(1)?.words !== "mmap_write_unlock()") cpus.run(1);
    runOut(cpus, 2);
    expect(cpusOf(cpus.runnable)).toEqual([1]);
    for (const cpu of [1, 2]) runOut(cpus, cpu);
    expect(cpus.unfinished).toBe(0);
  });
});

describe("a turn of so many units", () => {
  const { cpus, world } = open(raceOf("pin-vs-munmap"));
  const { memory } = world;
  let accesses: string[] = [];
  cpus.onAccess = (cpu, address, kind) => accesses.push(`${cpu} ${address} ${kind}`);
  cpus.onCall = (cpu, { words }) => accesses.push(`${cpu} ${words}`);

  /** What happens, and what is there when all of it is undone. */
  function happening(work: () => void): string[] {
    const place = memory.mark();
    accesses = [];
    work();
    memory.settle();
    memory.undo(place);
    return accesses;
  }

  test("stops after them, and the rest goes on as if nothing had been", () => {
    const all = happening(() => cpus.run(0, 99_999));
    const total = cpus.units;
    expect(all.length).toBe(total);
    expect(total).toBeGreaterThan(20);
    for (let units = 1; units < total; units++) {
      const parts = happening(() => {
        cpus.run(0, units);
        expect([cpus.units, accesses.length]).toEqual([units, units]);
        expect(cpus.unfinished & 1).toBe(1);
        cpus.run(0, total - units);
        expect([cpus.units, cpus.unfinished & 1]).toEqual([total - units, 0]);
      });
      expect(parts).toEqual(all);
      // The rest from point to point, with another CPU's work in between undone.
      const straight = happening(() => {
        cpus.run(0, units);
        const place = memory.mark();
        const kept = accesses;
        accesses = [];
        runOut(cpus, 1);
        memory.undo(place);
        accesses = kept;
        runOut(cpus, 0);
      });
      expect(straight).toEqual(all);
    }
  });
});
