import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Fingerprints } from "../../../src/executors/check/fingerprints.ts";

// 0, 0 is a free slot, and taken for 1, 0.
const half = fc.oneof(fc.integer({ min: -3, max: -1 }), fc.integer({ min: 2, max: 4 }));

test("knows what a map of smallest costs knows", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half, fc.nat(3))), (adds) => {
      const seen = new Fingerprints({ costs: true });
      const model = new Map<string, number>();
      for (const [low, high, cost] of adds) {
        const known = model.get(`${low},${high}`);
        expect(seen.add(low, high, cost)).toBe(known === undefined || known > cost);
        if (known === undefined || known > cost) model.set(`${low},${high}`, cost);
        expect(seen.size).toBe(model.size);
      }
    }),
  );
});

test("keeps all of them when it grows", () => {
  const seen = new Fingerprints();
  for (let i = 0; i < 20_000; i++) expect(seen.add(i * 7, -i)).toBe(true);
  for (let i = 0; i < 20_000; i++) expect(seen.add(i * 7, -i)).toBe(false);
  expect(seen.size).toBe(20_000);
});
