import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CPU_BYTES,
  LEDGER_BYTES,
  MM_BYTES,
  PAGE_BYTES,
  PAGE_STRUCT_BYTES,
  VMA_BYTES,
} from "../../assembly/shared/layout.ts";
import { type MachinePlan, MEMORY_LIMIT_BYTES, planMachine } from "../../src/machine/plan.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";

const needs = fc.record({
  pages: fc.integer({ min: 1, max: 300_000 }),
  cpus: fc.integer({ min: 1, max: 20 }),
  mms: fc.integer({ min: 1, max: 20 }),
  vmas: fc.integer({ min: 1, max: 100 }),
  arenaBytes: fc.array(fc.nat(100_000), { maxLength: 20 }),
  serviceValues: fc.nat(2000),
  histograms: fc.boolean(),
  traceEvents: fc.constantFrom(undefined, 1, 16, 1024),
});

/** Start and size of every region, as far as the plan itself says. */
function regionsOf(plan: MachinePlan): { at: number; bytes: number }[] {
  return [
    { at: plan.cpusAt, bytes: plan.cpus * CPU_BYTES },
    { at: plan.mmsAt, bytes: plan.mms * MM_BYTES },
    { at: plan.vmasAt, bytes: plan.vmas * VMA_BYTES },
    { at: plan.tablesAt, bytes: plan.tables * PAGE_BYTES },
    { at: plan.memMapAt, bytes: plan.pages * PAGE_STRUCT_BYTES },
    { at: plan.sideTableAt, bytes: plan.pages * 4 },
    { at: plan.contentAt, bytes: plan.pages * 4 },
    { at: plan.ledgerAt, bytes: plan.cpus * plan.ledgerStride },
    { at: plan.serviceAt, bytes: plan.serviceValues * 8 },
    { at: plan.traceAt, bytes: plan.cpus * plan.traceStride },
    ...plan.arenasAt.map((at, i) => ({ at, bytes: plan.arenaBytes[i] ?? 0 })),
  ].filter(({ bytes }) => bytes > 0);
}

describe("the plan of the memory", () => {
  test("lays regions out one behind the other, each on cache lines of its own", () => {
    fc.assert(
      fc.property(needs, (wanted) => {
        const plan = planMachine(wanted);
        const regions = regionsOf(plan);
        regions.forEach(({ at, bytes }, i) => {
          expect(at % 64).toBe(0);
          expect(at + bytes).toBeLessThanOrEqual(regions[i + 1]?.at ?? plan.bytes);
        });
        expect(plan.ledgerStride).toBeGreaterThanOrEqual(plan.pages * LEDGER_BYTES);
        expect([plan.bytes % 65536, plan.tablesAt % PAGE_BYTES]).toEqual([0, 0]);
      }),
    );
  });

  test("a million pages cost what the regions say, and fit", () => {
    const plan = planMachine({
      pages: 2 ** 20,
      cpus: 4,
      mms: 4,
      vmas: 64,
      arenaBytes: [],
      serviceValues: 0,
      histograms: false,
    });
    const sum = Object.values(plan.regions).reduce((total, bytes) => total + bytes, 0);
    expect(plan.bytes - sum).toBeLessThan(2 ** 17);
    const perPage = PAGE_STRUCT_BYTES + 4 + 4 + 4 * LEDGER_BYTES + PAGE_BYTES / 512;
    expect(plan.bytes / plan.pages).toBeLessThan(perPage * 1.05);
  });

  test("more than wasm has is refused with what takes the most", () => {
    const huge = { pages: 2 ** 25, cpus: 16, mms: 16, vmas: 64, arenaBytes: [] };
    const plan = () => planMachine({ ...huge, serviceValues: 0, histograms: false });
    expect(MEMORY_LIMIT_BYTES).toBeLessThan(2 ** 32);
    expect(plan).toThrow(ConfigurationError);
    expect(plan).toThrow(/33554432 pages and 16 actors need \d+ MiB \(shadow ledger 4096 MiB/);
  });
});
