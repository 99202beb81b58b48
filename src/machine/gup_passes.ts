import { ACTOR_PASSES } from "../../assembly/shared/actor_layout.ts";
import {
  DUMP_BYTES,
  DUMP_FOLIO,
  DUMP_HEAD_PFN,
  DUMP_PAGE,
  DUMP_PFN,
  GUP_CALL_DUMP_GET,
  GUP_CALL_DUMP_PIN,
  GUP_CALL_GUP_BASIC,
  GUP_CALL_GUP_FAST,
  GUP_CALL_PIN_BASIC,
  GUP_CALL_PIN_FAST,
  GUP_CALL_PIN_LONGTERM,
  PASS_BYTES,
  PASS_CALL,
  PASS_DONE,
  PASS_DUMPS,
  PASS_FLAGS,
  PASS_PAGES,
  PASS_REPEATS,
  PASS_RESULTS,
  PASS_TOUCH,
  PASS_WHICH,
  PASS_WHICH_COUNT,
  RESULT_BYTES,
  RESULT_GET_NS,
  RESULT_PUT_NS,
  RESULT_UNPINNED,
  RESULT_WALKED,
} from "../../assembly/shared/gup_test_layout.ts";
import { CPU_ACTOR, PAGE_STRUCT_BYTES } from "../../assembly/shared/layout.ts";
import type { GupCall, Job } from "../scenario/scenario.ts";
import { cpuAddress, type Machine } from "./machine.ts";

const CALL_CODES: Readonly<Record<GupCall, number>> = {
  "gup-fast": GUP_CALL_GUP_FAST,
  "pin-fast": GUP_CALL_PIN_FAST,
  "pin-longterm": GUP_CALL_PIN_LONGTERM,
  "gup-basic": GUP_CALL_GUP_BASIC,
  "pin-basic": GUP_CALL_PIN_BASIC,
  "dump-get": GUP_CALL_DUMP_GET,
  "dump-pin": GUP_CALL_DUMP_PIN,
};

/** A page as dump_page() would see it: copies of 32-bit words. */
export interface DumpedPage {
  readonly pfn: number;
  readonly headPfn: number;
  /** Its struct page. */
  readonly page: Int32Array;
  /** The first two struct pages of its folio. */
  readonly folio: Int32Array;
}

/** One pass over the region: times in ns, sizes in pages. */
export interface GupPass {
  readonly getNs: number;
  readonly putNs: number;
  readonly walkedPages: number;
  /** The first page that the scheme called not pinned, by its place among those got. */
  readonly unpinned: number | undefined;
}

/** What an actor's passes left behind. */
export interface GupPassesDone {
  readonly passes: readonly GupPass[];
  /** The pages that were to be dumped, in the order asked for; undefined: there is none such. */
  readonly dumps: readonly (DumpedPage | undefined)[];
  /** The page that was last called not pinned. */
  readonly unpinnedPage: DumpedPage | undefined;
}

/** Bytes of the table and its results. */
export function passesBytes({ passes }: Job): number {
  return passes === undefined ? 0 : PASS_BYTES + passes.repeats * RESULT_BYTES;
}

/** Writes the table at `at`; it is zero before. */
export function writePasses({ words }: Machine, at: number, { passes, bufferPages }: Job): void {
  if (passes === undefined) return;
  const word = (offset: number, value: number): void => {
    words[(at + offset) >>> 2] = value;
  };
  word(PASS_CALL, CALL_CODES[passes.call]);
  word(PASS_FLAGS, passes.gupFlags);
  word(PASS_PAGES, bufferPages);
  word(PASS_REPEATS, passes.repeats);
  word(PASS_TOUCH, passes.touchFirst ? 1 : 0);
  word(PASS_RESULTS, at + PASS_BYTES);
  passes.dump.slice(0, PASS_WHICH_COUNT).forEach((index, i) => {
    word(PASS_WHICH + i * 4, index + 1);
  });
}

/** What the actor on `cpu` has done of its passes; undefined: it makes none. */
export function readPasses(machine: Machine, cpu: number, job: Job): GupPassesDone | undefined {
  const { words, doubles } = machine;
  const word = (address: number): number => (words[address >>> 2] ?? 0) >>> 0;
  const table = word(cpuAddress(machine, cpu) + CPU_ACTOR + ACTOR_PASSES);
  if (table === 0 || job.passes === undefined) return undefined;
  const passes = Array.from({ length: word(table + PASS_DONE) }, (_, i): GupPass => {
    const at = table + PASS_BYTES + i * RESULT_BYTES;
    const unpinned = word(at + RESULT_UNPINNED);
    return {
      getNs: doubles[(at + RESULT_GET_NS) >>> 3] ?? 0,
      putNs: doubles[(at + RESULT_PUT_NS) >>> 3] ?? 0,
      walkedPages: word(at + RESULT_WALKED),
      unpinned: unpinned === 0 ? undefined : unpinned - 1,
    };
  });
  const dumps = job.passes.dump.map((_, i) => readDump(machine, table, i));
  return { passes, dumps, unpinnedPage: readDump(machine, table, PASS_WHICH_COUNT) };
}

function readDump({ words }: Machine, table: number, index: number): DumpedPage | undefined {
  const at = table + PASS_DUMPS + index * DUMP_BYTES;
  const page = copyOf(words, at + DUMP_PAGE, PAGE_STRUCT_BYTES);
  if (page.every((value) => value === 0)) return undefined;
  const folio = copyOf(words, at + DUMP_FOLIO, 2 * PAGE_STRUCT_BYTES);
  const word = (offset: number): number => words[(at + offset) >>> 2] ?? 0;
  return { pfn: word(DUMP_PFN), headPfn: word(DUMP_HEAD_PFN), page, folio };
}

function copyOf(words: Int32Array, at: number, bytes: number): Int32Array {
  return Int32Array.from(words.subarray(at >>> 2, (at + bytes) >>> 2));
}
