import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FOLL_WRITE } from "../../assembly/shared/codes.ts";
import { checkQuiescence } from "../../src/machine/quiescence.ts";
import { COUNTS, READ_ONLY, READ_WRITE } from "../support/lab.ts";
import { type Program, VirtualCpus } from "../support/virtual_cpus.ts";

const CPUS = 3;
/** All CPUs work on the same few pages. */
const BASE = 2048;
const WINDOW = 8;

interface Operation {
  readonly kind: "mmap" | "munmap" | "populate" | "pin" | "get" | "giveBack";
  readonly at: number;
  readonly count: number;
  readonly order: number;
  readonly write: boolean;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom("mmap", "munmap", "populate", "pin", "pin", "get", "giveBack"),
  at: fc.nat(WINDOW - 1),
  count: fc.integer({ min: 1, max: WINDOW }),
  order: fc.constantFrom(0, 0, 2),
  write: fc.boolean(),
});
const operations = fc.array(operation, { minLength: 1, maxLength: 8 });
const schedule = fc.array(fc.nat(60), { maxLength: 60, size: "max" });

/** Runs its operations on the one address space, gives back what it holds, leaves. */
function workerOn(cpu: number, sequence: readonly Operation[]): Program {
  return function* work(lab) {
    const { core } = lab;
    const [at, mm] = [lab.cpu(cpu), lab.mm()];
    const held: { into: number; got: number; isPin: boolean }[] = [];
    let into = lab.arena(cpu);
    function* giveBack() {
      const one = held.pop();
      if (one === undefined) return;
      const give = one.isPin ? core.unpinUserPagesDirtyLock : core.putPages;
      yield () => Number(give(at, one.into, one.got));
    }
    for (const { kind, at: offset, count, order, write } of sequence) {
      const vpn = BASE + offset;
      const access = write ? READ_WRITE : READ_ONLY;
      if (kind === "mmap") yield () => core.mmapRegion(at, mm, vpn, count, access, order, 0);
      else if (kind === "munmap") yield () => core.munmapRegion(at, mm, vpn, count);
      else if (kind === "populate") yield () => core.populate(at, mm, vpn, count);
      else if (kind === "giveBack") yield* giveBack();
      else {
        const gup = kind === "pin" ? core.pinUserPagesFast : core.getUserPagesFast;
        const [flags, place] = [write ? FOLL_WRITE : 0, into];
        const got = yield () => gup(at, mm, vpn, count, flags, place);
        if (got > 0) held.push({ into, got, isPin: kind === "pin" });
        into += WINDOW * 4;
      }
    }
    while (held.length > 0) yield* giveBack();
    yield () => Number(core.leaveMm(at, mm));
    return 0;
  };
}

describe.each(COUNTS)("three CPUs on the same pages, switched at random (%s)", (scheme) => {
  test("never deadlock, lose a count, leak a page or meet a BUG", () => {
    const programs = fc.tuple(operations, operations, operations);
    const rules = fc.constantFrom("5.0" as const, "6.13" as const);
    fc.assert(
      fc.property(programs, schedule, rules, (sequences, turns, rules) => {
        const options = { scheme, rules, pages: 40, cpus: CPUS, bias: 1024 };
        const cpus = new VirtualCpus(options, (lab) => {
          for (let i = 1; i < CPUS; i++) lab.core.joinMm(lab.cpu(i), lab.mm());
          lab.core.mmapRegion(lab.cpu(), lab.mm(), BASE, WINDOW / 2, READ_WRITE, 0, 0);
        });
        const workers = sequences.map((sequence, cpu) => workerOn(cpu, sequence));
        const { results, deadlock } = cpus.run(workers, turns);
        expect({ results, deadlock }).toEqual({ results: [0, 0, 0], deadlock: false });
        cpus.lab.core.leaveMm(cpus.lab.cpu(), cpus.lab.mm(1));
        expect(checkQuiescence(cpus.lab.machine)).toEqual([]);
        expect(cpus.lab.faultCodes).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
