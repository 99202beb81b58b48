import { makeCouple, verdict } from "./against_twin.ts";
import { gupScenario, HUGE, HUGE_AS_SMALL } from "./cases.ts";
import { GupAlone } from "./gup_alone.ts";
import { type Comparison, type Couple, compare, coupleOf, type Effort } from "./side_by_side.ts";
import { type Runner, Subject } from "./subject.ts";
import { factor, ns, type Table } from "./table.ts";
import type { TwinWorkshop } from "./twin.ts";

const FACTOR_BAR = 20;
const PAGES = HUGE.pagesPerCall;

/** What a page costs in a 2 MiB folio and alone, in the core and in C. */
export async function hugePages(workshop: TwinWorkshop, effort: Effort): Promise<Table> {
  const alone = (timed: "pin" | "unpin") =>
    compare(() => coreCouple((subject) => new GupAlone(subject, PAGES, timed)), effort);
  const cSmall = await compare(() => makeCouple(workshop, HUGE_AS_SMALL, "bias"), effort);
  const cHuge = await compare(() => makeCouple(workshop, HUGE, "bias"), effort);
  const whole = await compare(() => coreCouple((subject) => subject), effort);
  return {
    title: "512 pages a call: one 2 MiB folio or 4 KiB pages",
    note: "both kinds of memory in alternating slices; all fill or read the array of pages",
    head: ["", "ns/page, 4 KiB", "ns/page, 2 MiB", "factor", "bar"],
    rows: [
      row("pin_user_pages_fast()", await alone("pin"), FACTOR_BAR),
      row("unpin_user_pages()", await alone("unpin")),
      row("both, and the ledger twice", whole),
      [
        "the same in C",
        ns(cSmall.nsB / PAGES),
        ns(cHuge.nsB / PAGES),
        factor(cSmall.nsB / cHuge.nsB),
        "",
      ],
    ],
  };
}

function row(name: string, { nsA, nsB, ratio }: Comparison, bar?: number): string[] {
  const { median, low, high } = ratio;
  const interval = `${factor(median)} [${low.toFixed(1)}, ${high.toFixed(1)}]`;
  const judged = bar === undefined ? "" : verdict(bar, median);
  return [name, ns(nsB / PAGES), ns(nsA / PAGES), interval, judged];
}

function coreCouple(runnerOf: (subject: Subject) => Runner): Promise<Couple> {
  const huge = new Subject(gupScenario(HUGE, "bias"));
  const small = new Subject(gupScenario(HUGE_AS_SMALL, "bias"));
  return Promise.resolve(coupleOf(huge, small, runnerOf));
}
