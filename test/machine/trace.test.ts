import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FOLL_WRITE } from "../../assembly/shared/codes.ts";
import { TRACE_REF_KINDS } from "../../assembly/shared/trace_layout.ts";
import { ringEvents, takeTraces } from "../../src/machine/trace.ts";
import { recordedLab } from "../support/tracing.ts";

test("rings are a power of two, and all of a run's are a million records at most", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 128 }),
      fc.integer({ min: 1, max: 200 }),
      (cpus, groups) => {
        const events = ringEvents(cpus, groups);
        expect(Math.log2(events) % 1).toBe(0);
        expect(events * cpus * groups).toBeLessThanOrEqual(2 ** 20);
      },
    ),
  );
  expect(ringEvents(2, 1)).toBe(65_536);
  expect([0, 1, 1000, 4096].map((asked) => ringEvents(2, 1, asked))).toEqual([1, 1, 1024, 4096]);
});

test("however much was written, the newest come out, oldest first", () => {
  const lab = recordedLab({ traceEvents: 8 });
  const vpn = lab.map(1);
  fc.assert(
    fc.property(fc.nat(40), (pins) => {
      takeTraces(lab.machine);
      for (let i = 0; i < pins; i++) {
        lab.core.getFolio(lab.cpu(), lab.mapped(vpn), i + 1);
        lab.core.putFolio(lab.cpu(), lab.mapped(vpn), i + 1);
      }
      const [trace] = takeTraces(lab.machine);
      const vals = Array.from({ length: trace?.events.length ?? 0 }, (_, i) =>
        Math.abs(trace?.events.ref(i).val ?? 0),
      );
      const all = Array.from({ length: 2 * pins }, (_, i) => Math.floor(i / 2) + 1);
      expect(vals).toEqual(all.slice(-8));
      expect(trace?.written).toBe(2 * pins);
    }),
  );
});

test("references are stamped in order, on the clock of all threads", () => {
  const lab = recordedLab();
  takeTraces(lab.machine);
  const before = Number(process.hrtime.bigint());
  const vpn = lab.map(4);
  lab.pin(vpn, 4, FOLL_WRITE);
  const after = Number(process.hrtime.bigint());
  const events = takeTraces(lab.machine)[0]?.events;
  const times: number[] = [];
  for (let i = 0; i < (events?.length ?? 0); i++) {
    if ((events?.kind(i) ?? TRACE_REF_KINDS) < TRACE_REF_KINDS) times.push(events?.timeNs(i) ?? 0);
  }
  expect(times).toHaveLength(4 * 3 + 4);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  // The two clocks are read one behind the other: their zeros agree to that much.
  const slackNs = 10_000;
  expect(times[0]).toBeGreaterThan(before - slackNs);
  expect(times.at(-1)).toBeLessThan(after + slackNs);
});
