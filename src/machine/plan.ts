import { OP_COUNT } from "../../assembly/shared/codes.ts";
import { COMPLETED_BYTES, FILE_BYTES } from "../../assembly/shared/file_layout.ts";
import { HISTOGRAM_BYTES } from "../../assembly/shared/histogram.ts";
import {
  CACHE_LINE_BYTES,
  CONTROL_END,
  CPU_BYTES,
  LEDGER_BYTES,
  MM_BYTES,
  PAGE_BYTES,
  PAGE_STRUCT_BYTES,
  PTDESC_BYTES,
  PTRS_PER_TABLE,
  VMA_BYTES,
} from "../../assembly/shared/layout.ts";
import { RING_RECORDS, TRACE_BYTES } from "../../assembly/shared/trace_layout.ts";
import { ConfigurationError } from "../scenario/problem.ts";
import { type FilePlace, type FileSpec, tagBytes } from "./files.ts";

const WASM_PAGE_BYTES = 65536;
/** wasm's 4 GiB, less one wasm page so that no address wraps. */
export const MEMORY_LIMIT_BYTES = 4 * 2 ** 30 - WASM_PAGE_BYTES;

/** How many of each thing the machine needs. */
export interface MachineNeeds {
  /** Page frames. */
  readonly pages: number;
  readonly cpus: number;
  readonly mms: number;
  readonly vmas: number;
  /** Bytes of the actors' own tables, one number a CPU. */
  readonly arenaBytes: readonly number[];
  /** Values of the service-time table. */
  readonly serviceValues: number;
  /** False leaves the latency histograms out (checker, tests of single operations). */
  readonly histograms: boolean;
  /** Records of each CPU's trace ring, a power of two; undefined: no rings. */
  readonly traceEvents?: number | undefined;
  /** Left out: none. */
  readonly files?: readonly FileSpec[];
  /** The checker's journal of written words (assembly/memory/journal.ts); left out: none. */
  readonly journal?: boolean;
}

/** Where each region starts, in bytes, and how much memory all of them take. */
export interface MachinePlan extends MachineNeeds {
  readonly tables: number;
  readonly cpusAt: number;
  readonly mmsAt: number;
  readonly vmasAt: number;
  readonly ptdescsAt: number;
  readonly tablesAt: number;
  readonly memMapAt: number;
  readonly sideTableAt: number;
  readonly contentAt: number;
  readonly ledgerAt: number;
  readonly ledgerStride: number;
  readonly histogramsAt: number;
  readonly serviceAt: number;
  /** 0: no rings. */
  readonly traceAt: number;
  readonly traceStride: number;
  readonly files: readonly FileSpec[];
  readonly filesAt: number;
  readonly filePlaces: readonly FilePlace[];
  /** 0: no files. */
  readonly completedAt: number;
  readonly arenasAt: readonly number[];
  /** Where the machine ends and its journal begins: marks, the arenas' shadow, the log. */
  readonly marksAt: number;
  readonly shadowAt: number;
  readonly logAt: number;
  readonly bytes: number;
  /** Region name → bytes, in order of address. */
  readonly regions: Readonly<Record<string, number>>;
}

/** For about 2 million words that a step wrote first. */
const JOURNAL_LOG_BYTES = 2 ** 24;

/** Page tables that `pages` mapped pages in `vmas` areas of `mms` address spaces can need. */
function tablesFor(pages: number, mms: number, vmas: number): number {
  const leaves = Math.ceil(pages / PTRS_PER_TABLE) + 2 * vmas;
  return leaves + Math.ceil(leaves / PTRS_PER_TABLE) + 2 * vmas + mms;
}

/** Lays the regions out one behind the other. Throws ConfigurationError above 4 GiB. */
export function planMachine(needs: MachineNeeds): MachinePlan {
  const regions: Record<string, number> = {};
  let end = CONTROL_END;
  const place = (name: string, bytes: number, align = CACHE_LINE_BYTES): number => {
    const at = Math.ceil(end / align) * align;
    regions[name] = (regions[name] ?? 0) + bytes;
    end = at + bytes;
    return at;
  };
  const tables = tablesFor(needs.pages, needs.mms, needs.vmas);
  const ledgerBytes = needs.pages * LEDGER_BYTES;
  const ledgerStride = Math.ceil(ledgerBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
  const histogramBytes = needs.histograms ? needs.cpus * OP_COUNT * HISTOGRAM_BYTES : 0;
  const traceStride = needs.traceEvents ? RING_RECORDS + needs.traceEvents * TRACE_BYTES : 0;
  const files = needs.files ?? [];
  const placed = {
    cpusAt: place("CPUs", needs.cpus * CPU_BYTES),
    mmsAt: place("address spaces", needs.mms * MM_BYTES),
    vmasAt: place("VMAs", needs.vmas * VMA_BYTES),
    ptdescsAt: place("page tables", tables * PTDESC_BYTES),
    tablesAt: place("page tables", tables * PAGE_BYTES, PAGE_BYTES),
    memMapAt: place("mem_map", needs.pages * PAGE_STRUCT_BYTES),
    sideTableAt: place("side table", needs.pages * 4),
    contentAt: place("page contents", needs.pages * 4),
    ledgerAt: place("shadow ledger", needs.cpus * ledgerStride),
    histogramsAt: needs.histograms ? place("histograms", histogramBytes) : 0,
    serviceAt: needs.serviceValues ? place("service times", needs.serviceValues * 8) : 0,
    traceAt: traceStride ? place("trace rings", needs.cpus * traceStride) : 0,
    filesAt: place("files", files.length * FILE_BYTES),
    filePlaces: files.map(({ pages }) => ({
      indexAt: place("page cache index", pages * 4),
      diskAt: place("disk", pages * 4),
      dirtyAt: place("page cache tags", tagBytes(pages)),
      writebackAt: place("page cache tags", tagBytes(pages)),
    })),
    completedAt: files.length > 0 ? place("completed writes", needs.pages * COMPLETED_BYTES) : 0,
    arenasAt: needs.arenaBytes.map((bytes) => place("actors' tables", bytes)),
  };
  const machineEnd = end;
  const journal = (bytes: number) => (needs.journal ? place("journal", bytes) : end);
  const marksAt = journal(machineEnd);
  const shadowAt = journal(machineEnd - (placed.arenasAt[0] ?? machineEnd));
  const logAt = journal(JOURNAL_LOG_BYTES);
  if (end > MEMORY_LIMIT_BYTES) throw tooLarge(needs, regions, end);
  const bytes = Math.ceil(end / WASM_PAGE_BYTES) * WASM_PAGE_BYTES;
  const made = { tables, ledgerStride, traceStride, marksAt, shadowAt, logAt, regions, bytes };
  return { ...needs, files, ...placed, ...made };
}

function tooLarge(
  needs: MachineNeeds,
  regions: Record<string, number>,
  end: number,
): ConfigurationError {
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const largest = Object.entries(regions)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, bytes]) => `${name} ${mib(bytes)}`)
    .join(", ");
  const actors = needs.cpus === 1 ? "1 actor" : `${needs.cpus} actors`;
  return new ConfigurationError([
    {
      where: "machine",
      found: `${needs.pages} pages and ${actors} need ${mib(end)} (${largest})`,
      accepted:
        "wasm has 4096 MiB: lower numjobs, iodepth, bs or the number of pages, or use huge pages",
    },
  ]);
}
