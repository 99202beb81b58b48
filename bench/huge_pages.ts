import { makeCouple, verdict } from "./against_twin.ts";
import { gupScenario, HUGE, HUGE_AS_SMALL } from "./cases.ts";
import { type Couple, compare, type Effort } from "./side_by_side.ts";
import { Subject } from "./subject.ts";
import { factor, ns, type Table } from "./table.ts";
import type { TwinWorkshop } from "./twin.ts";

const FACTOR_BAR = 20;

/** What a page costs in a 2 MiB folio and alone, in the core and in C. */
export async function hugePages(workshop: TwinWorkshop, effort: Effort): Promise<Table> {
  const core = await compare(() => Promise.resolve(coreCouple()), effort);
  const cSmall = await compare(() => makeCouple(workshop, HUGE_AS_SMALL, "bias"), effort);
  const cHuge = await compare(() => makeCouple(workshop, HUGE, "bias"), effort);
  const pages = HUGE.pagesPerCall;
  const { median, low, high } = core.ratio;
  return {
    title: "512 pages a call: one 2 MiB folio or 4 KiB pages",
    note: "pin, ledger, unpin, ledger; the two kinds of memory in alternating slices",
    head: ["", "ns/page, 4 KiB", "ns/page, 2 MiB", "factor", "bar"],
    rows: [
      [
        "core",
        ns(core.nsB / pages),
        ns(core.nsA / pages),
        `${factor(median)} [${low.toFixed(1)}, ${high.toFixed(1)}]`,
        verdict(FACTOR_BAR, median),
      ],
      ["twin", ns(cSmall.nsB / pages), ns(cHuge.nsB / pages), factor(cSmall.nsB / cHuge.nsB), ""],
    ],
  };
}

function coreCouple(): Couple {
  const huge = new Subject(gupScenario(HUGE, "bias"));
  const small = new Subject(gupScenario(HUGE_AS_SMALL, "bias"));
  return {
    a: huge,
    b: small,
    end: () => {
      huge.end();
      small.end();
    },
  };
}
