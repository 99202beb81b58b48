import type { CountName } from "../../src/scenario/scenario.ts";

/** References that one pin of one page adds to its folio. */
export function weightOf(scheme: CountName, bias: number, order: number): number {
  if (scheme === "bias") return bias;
  return scheme === "hybrid" && order === 0 ? bias : 1;
}
