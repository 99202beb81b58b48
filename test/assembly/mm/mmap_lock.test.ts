import { describe, expect, test } from "vitest";
import { ACCESS_BLOCK, MUST_LOCK_HELD } from "../../../assembly/shared/codes.ts";
import { MM_MMAP_LOCK, RWLOCK_COUNT, RWLOCK_WAITERS } from "../../../assembly/shared/layout.ts";
import { Lab } from "../../support/lab.ts";
import { type Outcome, type Program, VirtualCpus } from "../../support/virtual_cpus.ts";

/** Who is inside: writers and readers, counted by the programs themselves. */
interface Room {
  readers: number;
  writers: number;
  most: number;
}

function reading(cpu: number, room: Room): Program {
  return function* read(lab) {
    yield () => Number(lab.core.mmapReadLock(lab.cpu(cpu), lab.mm()));
    room.readers++;
    room.most = Math.max(room.most, room.readers);
    expect(room.writers).toBe(0);
    // Accesses inside, so that the other CPUs can be let in between.
    yield () => lab.core.tryGetFolio(lab.cpu(cpu), lab.page(8), 1);
    room.readers--;
    yield () => Number(lab.core.mmapReadUnlock(lab.cpu(cpu), lab.mm()));
    return 1;
  };
}

function writing(cpu: number, room: Room): Program {
  return function* write(lab) {
    yield () => Number(lab.core.mmapWriteLock(lab.cpu(cpu), lab.mm()));
    room.writers++;
    expect([room.writers, room.readers]).toEqual([1, 0]);
    yield () => lab.core.tryGetFolio(lab.cpu(cpu), lab.page(8), 1);
    room.writers--;
    yield () => Number(lab.core.mmapWriteUnlock(lab.cpu(cpu), lab.mm()));
    return 1;
  };
}

/** All ways to give the CPUs turns of up to `most` accesses, `count` turns long. */
function* allTurns(count: number, most: number): Generator<number[]> {
  for (let i = 0; i < most ** count; i++) {
    yield Array.from({ length: count }, (_, turn) => Math.floor(i / most ** turn) % most);
  }
}

function endsFree(lab: Lab, { results, deadlock }: Outcome, turns: readonly number[]): void {
  expect(deadlock, `turns ${turns}`).toBe(false);
  expect(results.every((result) => result === 1)).toBe(true);
  expect(lab.word(lab.mm() + MM_MMAP_LOCK + RWLOCK_COUNT), `turns ${turns}`).toBe(0);
  expect(lab.word(lab.mm() + MM_MMAP_LOCK + RWLOCK_WAITERS)).toBe(0);
}

describe("mmap_lock", () => {
  test("lets readers in together", () => {
    const room = { readers: 0, writers: 0, most: 0 };
    const cpus = new VirtualCpus({}, () => {});
    for (const turns of allTurns(2, 8)) {
      const outcome = cpus.run([reading(0, room), reading(1, room)], turns);
      endsFree(cpus.lab, outcome, turns);
      expect(outcome.waits).toEqual([]);
    }
    expect(room.most).toBe(2);
  });

  test("keeps writer and readers apart and loses no wake-up (writer, two readers)", () => {
    const room = { readers: 0, writers: 0, most: 0 };
    const cpus = new VirtualCpus({ cpus: 3 }, () => {});
    let slept = 0;
    for (const turns of allTurns(4, 8)) {
      const outcome = cpus.run([writing(0, room), reading(1, room), reading(2, room)], turns);
      endsFree(cpus.lab, outcome, turns);
      slept += outcome.waits.filter(({ kind }) => kind === ACCESS_BLOCK).length;
    }
    expect(slept).toBeGreaterThan(100);
  });

  test("keeps two writers apart and loses no wake-up (two writers, one reader)", () => {
    const room = { readers: 0, writers: 0, most: 0 };
    const cpus = new VirtualCpus({ cpus: 3 }, () => {});
    for (const turns of allTurns(4, 8)) {
      const programs = [writing(0, room), writing(1, room), reading(2, room)];
      endsFree(cpus.lab, cpus.run(programs, turns), turns);
    }
  });

  test("a waiting writer keeps new readers out", () => {
    const order: string[] = [];
    const reader = (cpu: number): Program =>
      function* read(lab) {
        yield () => Number(lab.core.mmapReadLock(lab.cpu(cpu), lab.mm()));
        order.push(`reader ${cpu}`);
        yield () => Number(lab.core.mmapReadUnlock(lab.cpu(cpu), lab.mm()));
        return 1;
      };
    const writer: Program = function* write(lab) {
      yield () => Number(lab.core.mmapWriteLock(lab.cpu(1), lab.mm()));
      order.push("writer 1");
      yield () => Number(lab.core.mmapWriteUnlock(lab.cpu(1), lab.mm()));
      return 1;
    };
    const cpus = new VirtualCpus({ cpus: 3 }, () => {});
    const lockedAfter = 2;
    const { deadlock } = cpus.run([reader(0), writer, reader(2)], [lockedAfter]);
    expect(deadlock).toBe(false);
    expect(order).toEqual(["reader 0", "writer 1", "reader 2"]);
  });

  test.each(["mmapReadUnlock", "mmapWriteUnlock"] as const)(
    "%s of a free lock is impossible: recorded, then a trap",
    (unlock) => {
      const lab = new Lab();
      expect(() => lab.core[unlock](lab.cpu(), lab.mm())).toThrow("unreachable");
      expect(lab.faultCodes).toEqual([MUST_LOCK_HELD]);
    },
  );
});
