import { DEFAULT_RUN } from "../src/scenario/defaults.ts";
import { verdict } from "./against_twin.ts";
import { directScenario } from "./cases.ts";
import { type Couple, compare, type Effort } from "./side_by_side.ts";
import { type Runner, Subject } from "./subject.ts";
import { ns, share, type Table } from "./table.ts";

const BAR = 0.95;

/** What it costs to time one operation in so many, on O_DIRECT reads of 4 KiB. */
export async function samplingCost(effort: Effort): Promise<Table> {
  const found = await compare(() => Promise.resolve(sampledOrNot()), effort);
  return {
    title: `Recording latencies: one operation in ${DEFAULT_RUN.sample} timed, or none`,
    note: "one machine, one actor, random 4 KiB reads at a depth of 16; the sample word alternates",
    head: ["sampled of unsampled", "bar", "ns/I/O sampled", "ns/I/O unsampled"],
    rows: [[share(found.ratio), verdict(BAR, found.ratio.median), ns(found.nsA), ns(found.nsB)]],
  };
}

function sampledOrNot(): Couple {
  const subject = new Subject(directScenario(0));
  const runner = (sample: number): Runner => ({
    run: (calls) => {
      subject.setSample(sample);
      return subject.run(calls);
    },
  });
  return { a: runner(DEFAULT_RUN.sample), b: runner(0), end: () => subject.end() };
}
