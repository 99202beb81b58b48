import { expect, test } from "vitest";
import { OP_COUNT, OP_PIN_SLOW } from "../../../assembly/shared/codes.ts";
import {
  HISTOGRAM_BYTES,
  HISTOGRAM_COUNTS,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
} from "../../../assembly/shared/histogram.ts";
import { CPU_OPSTATS, OPSTAT_BYTES, OPSTAT_COUNT } from "../../../assembly/shared/layout.ts";
import { ActorLooks, LookSums } from "../../../dashboard/server/actor_looks.ts";
import { cpuAddress, makeMachine } from "../../../src/machine/machine.ts";
import { planMachine } from "../../../src/machine/plan.ts";
import { DEFAULT_MACHINE } from "../../../src/scenario/machine_spec.ts";
import { OP_NAMES } from "../../../src/scenario/metric_names.ts";

const needs = { pages: 64, mms: 1, vmas: 8, serviceValues: 0, histograms: true };
const machine = makeMachine(planMachine({ ...needs, cpus: 1, arenaBytes: [0] }), DEFAULT_MACHINE);
const NS = 100;

/** One latency of NS, as the core enters it. */
function enter(): void {
  const { plan, words, longs } = machine;
  const histogram = plan.histogramsAt + OP_PIN_SLOW * HISTOGRAM_BYTES;
  expect(histogram).toBeLessThan(plan.histogramsAt + OP_COUNT * HISTOGRAM_BYTES);
  longs[(histogram + HISTOGRAM_MIN) / 8] = BigInt(NS + 1);
  longs[(histogram + HISTOGRAM_MAX) / 8] = BigInt(NS);
  const slot = (histogram + HISTOGRAM_COUNTS) / 4 + NS;
  words[slot] = (words[slot] ?? 0) + 1;
}

function count(): void {
  const stat = cpuAddress(machine, 0) + CPU_OPSTATS + OP_PIN_SLOW * OPSTAT_BYTES;
  const at = (stat + OPSTAT_COUNT) / 8;
  machine.longs[at] = (machine.longs[at] ?? 0n) + 1n;
}

test("an operation that a look finds half entered is counted once", () => {
  const sums = new LookSums();
  const actor = new ActorLooks(machine, 0);
  const look = () => {
    actor.look(sums, { closes: false, isMeasured: false });
    return sums.takeOps().map(({ op, count, latency }) => [OP_NAMES[op], count, latency.count]);
  };
  enter();
  expect(look()).toEqual([["pin_slow", 1, 1]]);
  count();
  expect(look()).toEqual([]);
  count();
  expect(look()).toEqual([["pin_slow", 1, 0]]);
  enter();
  expect(look()).toEqual([["pin_slow", 0, 1]]);
  count();
  enter();
  expect(look()).toEqual([["pin_slow", 1, 1]]);
});
