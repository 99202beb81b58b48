import { normalQuantile } from "./normal_quantile.ts";

/** How long the device takes for an I/O; times in ns. */
export type ServiceTimes =
  | { readonly dist: "constant"; readonly value: number }
  | { readonly dist: "uniform"; readonly min: number; readonly max: number }
  | { readonly dist: "exponential"; readonly mean: number }
  | { readonly dist: "lognormal"; readonly p50: number; readonly p99: number };

/** As many as a machine's table of service times holds. */
export const MOST_SERVICE_TIMES = 1024;

/**
 * Equally likely values that stand for the distribution: the middle of each 1,024th of it. The
 * tail beyond the last middle, one I/O in 2,048, is cut.
 */
export function serviceQuantilesNs(times: ServiceTimes): number[] {
  if (times.dist === "constant") return [times.value];
  const inverse = inverseOf(times);
  return Array.from({ length: MOST_SERVICE_TIMES }, (_, i) =>
    inverse((i + 0.5) / MOST_SERVICE_TIMES),
  );
}

function inverseOf(times: Exclude<ServiceTimes, { dist: "constant" }>): (p: number) => number {
  switch (times.dist) {
    case "uniform":
      return (p) => times.min + p * (times.max - times.min);
    case "exponential":
      return (p) => -times.mean * Math.log1p(-p);
    case "lognormal": {
      const sigma = Math.log(times.p99 / times.p50) / normalQuantile(0.99);
      return (p) => times.p50 * Math.exp(sigma * normalQuantile(p));
    }
  }
}
