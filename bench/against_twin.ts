import type { CountName } from "../src/scenario/scenario.ts";
import { type GupCase, gupScenario } from "./cases.ts";
import { type Comparison, type Couple, compare, type Effort } from "./side_by_side.ts";
import { Subject } from "./subject.ts";
import { factor, million, ns, share, type Table } from "./table.ts";
import type { TwinWorkshop } from "./twin.ts";

/** The core with one gup_test actor, and its C twin on a copy of the same memory. */
export async function makeCouple(
  workshop: TwinWorkshop,
  gup: GupCase,
  scheme: CountName,
): Promise<Couple> {
  const subject = new Subject(gupScenario(gup, scheme));
  const twin = await workshop.twinOf(subject);
  return {
    a: subject,
    b: twin,
    end: () => {
      subject.end();
      twin.end();
    },
  };
}

/** The core's throughput as a share of its twin's, case by case and scheme by scheme. */
export async function againstTwin(
  workshop: TwinWorkshop,
  cases: readonly GupCase[],
  schemes: readonly CountName[],
  effort: Effort,
): Promise<Table> {
  const rows: string[][] = [];
  for (const gup of cases) {
    for (const scheme of schemes) {
      const found = await compare(() => makeCouple(workshop, gup, scheme), effort);
      rows.push(row(gup, scheme, found));
    }
  }
  const { couples, pairs, sliceMs } = effort;
  return {
    title: "One actor against its C twin, by processor time",
    note: `medians of ${couples} × ${pairs} pairs of slices of ${sliceMs} ms; 95 % intervals`,
    head: [
      "case",
      "scheme",
      "core of twin",
      "by the wall clock",
      "bar",
      "core ns/page",
      "twin ns/page",
      "core Mpages/s",
      "core A/A",
      "twin A/A",
    ],
    rows,
  };
}

function row(gup: GupCase, scheme: CountName, found: Comparison): string[] {
  const { ratio, wallRatio, nsA, nsB, noiseA, noiseB } = found;
  const core = nsA / gup.pagesPerCall;
  return [
    gup.name,
    scheme,
    share(ratio),
    share(wallRatio),
    scheme === "bias" ? verdict(gup.bar, ratio.median) : "",
    ns(core),
    ns(nsB / gup.pagesPerCall),
    million(1e9 / core),
    factor(noiseA),
    factor(noiseB),
  ];
}

/** The bar and which side of it the median is on. */
export function verdict(bar: number | undefined, reached: number): string {
  if (bar === undefined) return "";
  return `≥ ${bar}: ${reached >= bar ? "met" : "MISSED"}`;
}
