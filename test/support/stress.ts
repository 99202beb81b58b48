import type { RunRecord } from "../../src/results/record.ts";
import { completeMachine, machineProblems } from "../../src/scenario/machine_spec.ts";
import { schemeName } from "../../src/scenario/machine_words.ts";
import type { ScenarioInput } from "../../src/scenario/make_scenario.ts";
import { type InvariantName, promisesOf } from "../../src/scenario/promises.ts";
import {
  COUNT_NAMES,
  type CountName,
  SYNC_NAMES,
  type SyncName,
} from "../../src/scenario/scenario.ts";

/** Everything at once: each pattern, each background actor, two files, one of them truncated. */

export interface Scheme {
  readonly scheme: CountName;
  readonly sync: SyncName;
}

/** Every COUNT+SYNC that makes sense. */
export const ALL_SCHEMES: readonly Scheme[] = COUNT_NAMES.flatMap((scheme) =>
  SYNC_NAMES.map((sync) => ({ scheme, sync })),
).filter((one) => machineProblems(completeMachine(one), (key) => key).length === 0);

const KIB = 1024;
const bs = (bytes: number) => [{ minBytes: bytes, maxBytes: bytes, percent: 100 }];
/** The device takes from 5 to 85 us, so that pins overlap with writeback. */
const SERVICE_NS = Array.from({ length: 64 }, (_, i) => 5000 + (i * i * 80_000) / 4096);

export function stressInput(machine: Scheme, durationMs: number, seed = 1): ScenarioInput {
  const mapped = { bufferFile: "/data", iodepth: 16, random: true } as const;
  const held = { bufferFile: "/other", iodepth: 4, sizeBytes: 1 << 20 } as const;
  return {
    name: `stress-${schemeName(machine)}`,
    // Under the rules of 2023 long-term pins of files are refused.
    machine: { ...machine, rules: "5.0" },
    run: { durationMs, warmupMs: 0, seed },
    files: [
      { name: "/data", sizeBytes: 1 << 20 },
      { name: "/other", sizeBytes: 1 << 20 },
    ],
    serviceNs: SERVICE_NS,
    jobs: [
      { name: "anon", iodepth: 16, readPercent: 50, random: true },
      { name: "mapped", clones: 2, ...mapped },
      { name: "writes", readPercent: 0, ...mapped },
      { name: "buffered", pattern: "buffered_io", file: "/data", readPercent: 50, random: true },
      { name: "fixed", pattern: "fixed_buffers", ...held },
      { name: "rdma", pattern: "rdma_mr", lifetimeMs: 20, readSizes: bs(16 * KIB), ...held },
      { name: "xsk", pattern: "xsk_umem", bufferPages: 64, lifetimeMs: 30 },
      { name: "selftest", pattern: "gup_test", pagesPerCall: 8 },
      { name: "mapper", pattern: "mapper", bufferPages: 64, references: 3 },
      { name: "flusher", pattern: "writeback", file: "/data", everyMs: 2 },
      { name: "fsync", pattern: "writeback", file: "/data", everyMs: 20, fsync: true },
      { name: "flusher2", pattern: "writeback", file: "/other", everyMs: 2 },
      { name: "reclaim", pattern: "reclaim", everyMs: 1 },
      { name: "truncate", pattern: "truncate", file: "/other", everyMs: 10, batchPages: 8 },
      {
        name: "punch",
        pattern: "truncate",
        file: "/data",
        everyMs: 15,
        batchPages: 8,
        punch: true,
      },
    ],
  };
}

/** Operations of all actors: pins, unpins, registrations, faults, I/Os, pages written back. */
export function operationsOf(record: RunRecord): number {
  return Object.values(record.ops).reduce((total, op) => total + (op?.count ?? 0), 0);
}

/** What every machine keeps, whatever its scheme: no finding excuses a breach of these. */
export const OF_THE_MACHINE: readonly InvariantName[] = promisesOf(
  completeMachine({ scheme: "refcount" }),
);

/** A promise that a scheme, built as it was described, does not keep here: what, and why. */
export interface KnownFinding {
  readonly scheme: string;
  readonly invariants: readonly InvariantName[];
  readonly why: string;
}

const LOCKED_TOO_LATE =
  "the prototype looks at the entry before it has the page lock (the slow path in follow_page(), " +
  "lock-post in gup_fast): writeback or reclaim cleans the page in between, and the pin dirties " +
  "it behind the file system, or after its buffers are gone (--recheck under-lock mends it)";
const FLAG_IN_BETWEEN =
  "page_mkclean() takes the flag off (C1) and sets it again (C5): who asks in between without " +
  "the page lock, as the mapper does, is told that the page is not pinned";
const COUNTED_TOO_LATE =
  "the post pass counts after gup has looked at the entry for the last time, and neither sees " +
  "that the page was cleaned in between nor waits for the end of its writeback";
/** A page that became clean between the last look and the count, and what may follow. */
const CLEANED_BETWEEN: readonly InvariantName[] = [
  "no-dirty-without-mkwrite",
  "no-dirty-without-buffers",
  "no-lost-dma-write",
  "fsync-durable",
];

const PASSED_BY =
  "asked after PG_writeback was set, a skipped page is without its dirty tag for a moment: an " +
  "fsync that passes then waits for the writeback to end, and does not write the page";

/**
 * What real threads have shown; test/litmus has the schedules. The machine itself must hold for
 * every scheme, and every other promise too.
 */
export const KNOWN_FINDINGS: readonly KnownFinding[] = [
  { scheme: "mapcount", invariants: ["no-false-negative"], why: FLAG_IN_BETWEEN },
  {
    scheme: "mapcount+barrier",
    invariants: ["no-false-negative", "fsync-durable"],
    why: `${FLAG_IN_BETWEEN}; ${PASSED_BY}`,
  },
  ...["bias+barrier", "hybrid+barrier", "exact+barrier", "exact-side+barrier"].map(
    (scheme): KnownFinding => ({ scheme, invariants: ["fsync-durable"], why: PASSED_BY }),
  ),
  { scheme: "mapcount+lock", invariants: CLEANED_BETWEEN, why: LOCKED_TOO_LATE },
  { scheme: "mapcount+lock-post", invariants: CLEANED_BETWEEN, why: LOCKED_TOO_LATE },
  {
    scheme: "lru-count",
    invariants: [...CLEANED_BETWEEN, "stable-under-writeback"],
    why: COUNTED_TOO_LATE,
  },
];

export function knownFinding(name: string): readonly InvariantName[] {
  return KNOWN_FINDINGS.find((finding) => finding.scheme === name)?.invariants ?? [];
}
