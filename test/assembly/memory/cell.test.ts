import { describe, expect, test } from "vitest";
import { FOLL_WRITE } from "../../../assembly/shared/codes.ts";
import { CONTROL_RUNNING_CPU } from "../../../assembly/shared/layout.ts";
import { COUNTS, Lab, type LabOptions } from "../../support/lab.ts";
import { type Program, VirtualCpus } from "../../support/virtual_cpus.ts";

/** Maps, pins, unmaps and unpins, so that allocator, tables, locks and gup all have their turn. */
function busyOn(cpu: number, pages: number): Program {
  return function* busy(lab) {
    const { core } = lab;
    const [at, mm, into] = [lab.cpu(cpu), lab.mm(), lab.arena(cpu)];
    const vpn = yield () => core.mmapRegion(at, mm, 0, pages, 51, 2, 0);
    const got = yield () => core.pinUserPagesFast(at, mm, vpn, pages, FOLL_WRITE, into);
    yield () => core.munmapRegion(at, mm, vpn, pages - 1);
    yield () => Number(core.unpinUserPagesDirtyLock(at, into, got));
    return got;
  };
}

const firstDifference = (a: Uint8Array, b: Uint8Array): number => a.findIndex((x, i) => x !== b[i]);

describe("the traced core", () => {
  test("the same schedule twice leaves the same bytes, another schedule others", () => {
    const cpus = new VirtualCpus({ scheme: "hybrid" }, () => {});
    const run = (turns: readonly number[]): Uint8Array => {
      const { results, deadlock } = cpus.run([busyOn(0, 5), busyOn(1, 7)], turns);
      expect({ results, deadlock }).toEqual({ results: [5, 7], deadlock: false });
      return cpus.lab.snapshot();
    };
    const memories = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const turns = [i * 7, (i * 13) % 60, (i * 5) % 40, i];
      const once = run(turns);
      expect(firstDifference(once, run(turns))).toBe(-1);
      memories.add(Buffer.from(once).toString("base64"));
    }
    expect(memories.size).toBeGreaterThan(20);
  });
});

/** A sequence of operations on one CPU; every step's result, then the memory. */
function sequence(options: LabOptions): { results: number[]; bytes: Uint8Array } {
  const lab = new Lab({ pages: 1200, ...options });
  const { core } = lab;
  const results: number[] = [];
  for (const order of [0, 2, 9]) {
    const vpn = lab.map(530, { order, populate: order !== 2 });
    results.push(vpn, lab.pin(vpn, 300, FOLL_WRITE));
    core.ledgerCount(lab.cpu(), lab.arena(), 300, FOLL_WRITE, 1);
    core.testPinned(lab.cpu(), lab.head(lab.mapped(vpn)));
    core.ledgerCount(lab.cpu(), lab.arena(), 300, FOLL_WRITE, -1);
    core.unpinUserPagesDirtyLock(lab.cpu(), lab.arena(), 300);
    results.push(lab.get(vpn + 100, 20), core.tryLockPage(lab.mapped(vpn)));
    core.putPages(lab.cpu(), lab.arena(), 10);
    results.push(core.munmapRegion(lab.cpu(), lab.mm(), vpn, 512));
  }
  core.leaveMm(lab.cpu(), lab.mm(1));
  lab.setWord(CONTROL_RUNNING_CPU, 0);
  return { results, bytes: lab.snapshot() };
}

describe.each(COUNTS)("the builds (%s)", (scheme) => {
  test("leave the same bytes after the same operations on one CPU", () => {
    const native = sequence({ scheme, build: "native" });
    for (const build of ["traced", "recorded"] as const) {
      const other = sequence({ scheme, build });
      expect(other.results).toEqual(native.results);
      expect(firstDifference(other.bytes, native.bytes)).toBe(-1);
    }
  });
});
