import { expect, test } from "vitest";
import { timeMs } from "../../loadgen/time_text.ts";

test.each([
  ["500ns", 5e-4],
  ["12us", 0.012],
  ["50ms", 50],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["24h", 86_400_000],
  ["1d", 86_400_000],
])("%s", (text, ms) => {
  expect(timeMs(text)).toBeCloseTo(ms, 9);
});

test.each(["", "5", "s", "5 s", "-5s", "5sec", "1e3s", "5S"])("%j is no time", (text) => {
  expect(timeMs(text)).toBeUndefined();
});
