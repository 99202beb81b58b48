import { expect, test } from "vitest";
import { normalQuantile } from "../../src/scenario/normal_quantile.ts";

test.each([
  [0.5, 0],
  [0.99, 2.3263],
  [0.01, -2.3263],
  [0.999, 3.0902],
])("the quantile of %f is %f", (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 3);
});
