import { PAGE_BYTES } from "../assembly/shared/layout.ts";
import { fileNamed } from "../src/machine/files.ts";
import { cpuAddress, mmAddress } from "../src/machine/machine.ts";
import type { ScenarioInput } from "../src/scenario/make_scenario.ts";
import { type GupCase, gupScenario } from "./cases.ts";
import { SHARED_WRITES } from "./file_machine.ts";
import { type Comparison, type Couple, compare, coupleOf, type Effort } from "./side_by_side.ts";
import type { Estimate } from "./statistics.ts";
import { Subject } from "./subject.ts";
import { factor, ns, type Table } from "./table.ts";

/** What the page cache may cost a pattern that touches no file. */
const BAR = 1.03;
const FILE = "/data";

/** gup_test over anonymous memory: with a dirty, mapped page cache on the machine, and without. */
export async function costOfFiles(
  cases: readonly GupCase[],
  filePages: number,
  effort: Effort,
): Promise<Table> {
  const rows: string[][] = [];
  for (const gup of cases) {
    rows.push(row(gup, await compare(() => Promise.resolve(makeCouple(gup, filePages)), effort)));
  }
  return {
    title: "What the page cache costs patterns that touch no file",
    note:
      `anonymous memory; with: a file of ${filePages} pages, cached, mapped and dirty, and an ` +
      `idle writeback actor; 95 % intervals; missed if all of the interval is above ${BAR}`,
    head: [
      "case",
      "time with, of without",
      "bar",
      "ns/page with",
      "without",
      "A/A with",
      "without",
    ],
    rows,
  };
}

function row({ name, pagesPerCall }: GupCase, found: Comparison): string[] {
  const slowdown = inverse(found.ratio);
  const { median, low, high } = slowdown;
  return [
    name,
    `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
    `≤ ${BAR}: ${low <= BAR ? "met" : "MISSED"}`,
    ns(found.nsA / pagesPerCall),
    ns(found.nsB / pagesPerCall),
    factor(found.noiseA),
    factor(found.noiseB),
  ];
}

/** Time as a multiple from throughput as a share. */
function inverse({ median, low, high }: Estimate): Estimate {
  return { median: 1 / median, low: 1 / high, high: 1 / low };
}

function makeCouple(gup: GupCase, filePages: number): Couple {
  const without = new Subject(gupScenario(gup, "bias"));
  const withFile = new Subject(scenarioWithFile(gup, filePages));
  fillPageCache(withFile, filePages);
  return coupleOf(withFile, without);
}

function scenarioWithFile(gup: GupCase, filePages: number): ScenarioInput {
  const { jobs = [], ...scenario } = gupScenario(gup, "bias");
  const flusher = { name: "flusher", pattern: "writeback", file: FILE, everyMs: 1000 } as const;
  const files = [{ name: FILE, sizeBytes: filePages * PAGE_BYTES }];
  return { ...scenario, jobs: [...jobs, flusher], files };
}

/** The flusher's address space maps the file and has written to each of its pages. */
function fillPageCache({ core, machine }: Subject, pages: number): void {
  const cpu = cpuAddress(machine, 1);
  const mm = mmAddress(machine, 1);
  const file = fileNamed(machine, FILE);
  const vpn = core.mmapRegion(cpu, mm, 0, pages, SHARED_WRITES, 0, file, 0);
  const error = vpn < 0 ? vpn : core.populate(cpu, mm, vpn, pages);
  if (error) throw new Error(`the page cache could not be filled: ${error}`);
}
