import { expect, test } from "vitest";
import { OP_COUNT, OP_MR_REG, OP_UNPIN } from "../../assembly/shared/codes.ts";
import { HISTOGRAM_BYTES } from "../../assembly/shared/histogram.ts";
import { CPU_OPSTATS, OPSTAT_BYTES, OPSTAT_COUNT } from "../../assembly/shared/layout.ts";
import { clearOperations, readHistogram, readOpStat } from "../../src/machine/latency.ts";
import { cpuAddress, makeMachine } from "../../src/machine/machine.ts";
import { planMachine } from "../../src/machine/plan.ts";
import { DEFAULT_MACHINE } from "../../src/scenario/machine_spec.ts";

test("clearing zeroes the operations of one CPU, but not those that are kept", () => {
  const needs = { pages: 64, mms: 1, vmas: 8, serviceValues: 0, histograms: true };
  const plan = planMachine({ ...needs, cpus: 3, arenaBytes: [0, 0, 0] });
  const machine = makeMachine(plan, DEFAULT_MACHINE);
  for (let cpu = 0; cpu < 3; cpu++) {
    for (let op = 0; op < OP_COUNT; op++) {
      const stat = cpuAddress(machine, cpu) + CPU_OPSTATS + op * OPSTAT_BYTES;
      machine.longs[(stat + OPSTAT_COUNT) / 8] = 5n;
      const histogram = plan.histogramsAt + (cpu * OP_COUNT + op) * HISTOGRAM_BYTES;
      machine.words.fill(1, histogram / 4, (histogram + HISTOGRAM_BYTES) / 4);
    }
  }
  clearOperations(machine.words, cpuAddress(machine, 1), [OP_MR_REG]);
  const counts = (op: number) => [0, 1, 2].map((cpu) => readOpStat(machine, cpu, op).count);
  const isEmpty = (op: number) =>
    [0, 1, 2].map((cpu) => readHistogram(machine, cpu, op).count === 0);
  for (const op of [0, OP_UNPIN, OP_COUNT - 1]) {
    expect(counts(op)).toEqual([5, 0, 5]);
    expect(isEmpty(op)).toEqual([false, true, false]);
  }
  expect(counts(OP_MR_REG)).toEqual([5, 5, 5]);
  expect(isEmpty(OP_MR_REG)).toEqual([false, false, false]);
});
