import * as fc from "fast-check";
import { expect, test } from "vitest";
import { OP_PIN_FAST, OP_PIN_SLOW } from "../../../assembly/shared/codes.ts";
import { HISTOGRAM_HIGHEST_NS } from "../../../assembly/shared/histogram.ts";
import { type Core, coreModule } from "../../../src/machine/core.ts";
import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { readHistogram, readOpStat } from "../../../src/machine/latency.ts";
import { cpuAddress, makeMachine, mmAddress } from "../../../src/machine/machine.ts";
import { planMachine } from "../../../src/machine/plan.ts";
import { completeMachine } from "../../../src/scenario/machine_spec.ts";
import { READ_WRITE } from "../../support/lab.ts";

/** A machine with histograms whose slow pins take as long as `latencies` says, in order. */
function timed(latencies: readonly number[]) {
  const needs = { pages: 8, cpus: 2, mms: 1, vmas: 4, arenaBytes: [64], serviceValues: 0 };
  const plan = planMachine({ ...needs, histograms: true });
  const machine = makeMachine(plan, completeMachine({ pages: 8, rules: "6.13" }));
  const { memory } = machine;
  let reads = 0;
  let time = 0;
  // Two reads of the clock a pin: where it begins and where it ends.
  const now = () => {
    if (reads++ % 2) time += latencies[(reads >> 1) - 1] ?? 0;
    return time;
  };
  const instance = new WebAssembly.Instance(coreModule("native"), { env: { memory, now } });
  const core = instance.exports as unknown as Core;
  const [cpu, mm, into] = [cpuAddress(machine, 1), mmAddress(machine, 0), plan.arenasAt[0] ?? 0];
  core.boot(cpu);
  core.joinMm(cpu, mm);
  const vpn = core.mmapRegion(cpu, mm, 0, 1, READ_WRITE, 0, 0);
  core.populate(cpu, mm, vpn, 1);
  for (const _ of latencies) {
    core.pinUserPages(cpu, mm, vpn, 1, 0, into);
    core.unpinUserPages(cpu, into, 1);
  }
  return machine;
}

test("the core records what the histogram in TypeScript would, on the CPU that measured", () => {
  const magnitude = fc.tuple(fc.nat(41), fc.double({ min: 0, max: 1, noNaN: true }));
  const latency = fc.oneof(
    magnitude.map(([bits, part]) => Math.floor(2 ** bits * (1 + part))),
    fc.constantFrom(0, 1, 2047, 2048, 4095, 4096, HISTOGRAM_HIGHEST_NS),
  );
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 60 }), (latencies) => {
      const machine = timed(latencies);
      const expected = LatencyHistogram.empty();
      for (const ns of latencies) expected.record(Math.min(ns, HISTOGRAM_HIGHEST_NS));
      const found = readHistogram(machine, 1, OP_PIN_SLOW);
      expect(found).toEqual(expected);
      expect(readHistogram(machine, 0, OP_PIN_SLOW).count).toBe(0);
      expect(readHistogram(machine, 1, OP_PIN_FAST).count).toBe(0);
      expect(readOpStat(machine, 1, OP_PIN_SLOW).count).toBe(latencies.length);
    }),
    { numRuns: 60 },
  );
});

test("a clock that goes back counts as 0, a fraction as what it has passed", () => {
  const machine = timed([-5, 0.9, 1.5]);
  const { count, minNs, maxNs } = readHistogram(machine, 1, OP_PIN_SLOW);
  expect([count, minNs, maxNs]).toEqual([3, 0, 1]);
});
