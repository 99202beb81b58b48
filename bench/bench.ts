import { execFileSync } from "node:child_process";
import { compileCore } from "../src/machine/core.ts";
import { describeEnvironment } from "../src/machine/environment.ts";
import { againstTwin } from "./against_twin.ts";
import { BARRED_CASES, type GupCase, HOT, HUGE, RANDOM, RUN_32, SCHEMES } from "./cases.ts";
import { type DrawingSize, drawing } from "./drawing.ts";
import { type ExplorerSize, explorerSpeed } from "./explorer_speed.ts";
import { fileCosts } from "./file_costs.ts";
import { hugePages } from "./huge_pages.ts";
import { costOfFiles } from "./no_files.ts";
import { halfRates } from "./rates.ts";
import { reduction } from "./reduction.ts";
import { samplingCost } from "./sampling.ts";
import type { Effort } from "./side_by_side.ts";
import { besideSpin, CONFIGURATIONS } from "./spin/beside_spin.ts";
import { startTime } from "./start.ts";
import { syncCost } from "./sync_cost.ts";
import { renderTable, type Table } from "./table.ts";
import { GCC_FLAGS, TwinWorkshop } from "./twin.ts";
import { type WatchingSize, watching } from "./watching.ts";
import { writebackCurve } from "./writeback_curve.ts";

export const SECTIONS = [
  "bars",
  "schemes",
  "huge",
  "sampling",
  "start",
  "rates",
  "filecost",
  "writeback",
  "faults",
  "sync",
  "watching",
  "drawing",
  "explorer",
  "reduction",
  "spin",
] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface BenchSize {
  readonly effort: Effort;
  readonly startPages: number;
  readonly starts: number;
  readonly rateMs: number;
  readonly rateRuns: number;
  /** Pages of the files of `filecost` and of `faults`; `writeback` goes up to 2^curveOrder. */
  readonly cachedPages: number;
  readonly filePages: number;
  readonly curveOrder: number;
  readonly watching: WatchingSize;
  readonly drawing: DrawingSize;
  readonly explorer: ExplorerSize;
  /** Of one exploration in `reduction`, at the most. */
  readonly executions: number;
  /** Configurations of `spin`, and runs of each. */
  readonly spin: { readonly configurations: number; readonly runs: number };
  readonly shrink: (gup: GupCase) => GupCase;
}

export const FULL: BenchSize = {
  effort: { couples: 7, pairs: 5, sliceMs: 60 },
  startPages: 2 ** 20,
  starts: 5,
  rateMs: 1500,
  rateRuns: 5,
  cachedPages: 2 ** 16,
  filePages: 4096,
  curveOrder: 20,
  watching: { slices: 150, sliceMs: 2000 },
  drawing: { seconds: 600, frames: 600 },
  explorer: { runs: 5, executions: 300_000, races: 5 },
  executions: 2_000_000,
  spin: { configurations: CONFIGURATIONS.length, runs: 21 },
  shrink: (gup) => gup,
};

/** Everything once, in a few seconds: that it runs, not what comes out. */
export const SMALL: BenchSize = {
  effort: { couples: 1, pairs: 2, sliceMs: 1 },
  startPages: 2 ** 14,
  starts: 1,
  rateMs: 50,
  rateRuns: 1,
  cachedPages: 256,
  filePages: 256,
  curveOrder: 12,
  watching: { slices: 8, sliceMs: 250 },
  drawing: { seconds: 100, frames: 10 },
  explorer: { runs: 1, executions: 1000, races: 1 },
  executions: 3000,
  spin: { configurations: 1, runs: 1 },
  shrink: (gup) => ({ ...gup, bufferPages: Math.min(gup.bufferPages, 4096) }),
};

/** Runs the named sections, telling `say` each part of the report as soon as it is there. */
export async function bench(
  sections: readonly SectionName[],
  size: BenchSize,
  say: (text: string) => void,
): Promise<void> {
  say(`${machineLine()}\n`);
  const workshop = new TwinWorkshop();
  try {
    for (const section of sections) {
      say(`${renderTable(await measure(section, size, workshop))}\n`);
    }
  } finally {
    workshop.close();
  }
}

function measure(section: SectionName, size: BenchSize, workshop: TwinWorkshop): Promise<Table> {
  const { effort, shrink } = size;
  switch (section) {
    case "bars":
      return againstTwin(workshop, BARRED_CASES.map(shrink), ["bias"], effort);
    case "schemes":
      return againstTwin(workshop, [RUN_32, HOT, RANDOM, HUGE].map(shrink), SCHEMES, effort);
    case "huge":
      return hugePages(workshop, effort);
    case "sampling":
      return samplingCost(effort);
    case "start":
      return Promise.resolve(startTime(size.startPages, size.starts));
    case "rates":
      return halfRates(size.rateMs, size.rateRuns);
    case "filecost":
      return costOfFiles([RUN_32, HOT].map(shrink), size.cachedPages, effort);
    case "writeback":
      return Promise.resolve(writebackCurve(size.curveOrder, effort.couples));
    case "faults":
      return Promise.resolve(fileCosts(size.filePages, effort));
    case "sync":
      return syncCost(effort);
    case "watching":
      return watching(size.watching);
    case "drawing":
      return drawing(size.drawing);
    case "explorer":
      return Promise.resolve(explorerSpeed(size.explorer));
    case "reduction":
      return Promise.resolve(reduction(size.executions));
    case "spin": {
      const { configurations, runs } = size.spin;
      return Promise.resolve(besideSpin(CONFIGURATIONS.slice(0, configurations), runs));
    }
  }
}

/** The machine that the figures come from. */
function machineLine(): string {
  const { cpu, cpus, os, node, v8, v8Flags, wasmSha256 } = describeEnvironment(
    compileCore("native").sha256,
  );
  const gcc = execFileSync("gcc", ["-dumpfullversion"], { encoding: "utf8" }).trim();
  return [
    `${cpu}, ${cpus} cores, ${os}; Node ${node}, V8 ${v8} ${v8Flags}`,
    `gcc ${gcc} ${GCC_FLAGS.join(" ")}; core ${wasmSha256.slice(0, 12)}`,
  ].join("\n");
}
