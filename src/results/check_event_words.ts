import {
  PAGE_MAPPING_ANON,
  PG_ACTIVE,
  PG_ANON_EXCLUSIVE,
  PG_LRU,
  PG_PIN,
  PG_PIN_WAS_LRU,
  PG_PRIVATE,
  PG_WRITEBACK,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_RW,
  VERDICT_FALSE_NEGATIVE,
  VERDICT_FALSE_POSITIVE,
  VERDICT_TRUE_NEGATIVE,
  VERDICT_TRUE_POSITIVE,
  VERDICT_UNDECIDED,
  VERDICT_UNKNOWN,
} from "../../assembly/shared/codes.ts";
import { PAGE_SHIFT } from "../../assembly/shared/layout.ts";
import type { ChangeEvent } from "../executors/check/timeline.ts";
import type { Telling } from "../executors/check/told_words.ts";
import { PAGE_FLAG_NAMES } from "./page_flag_names.ts";

/** What a counterexample's steps do, in the words of mm developers. */

/** Beside those that dump_page() prints: what matters to files and pins. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  ...PAGE_FLAG_NAMES.filter(([bit]) => bit !== PG_ANON_EXCLUSIVE),
  [PG_ANON_EXCLUSIVE, "anon_exclusive"],
  [PG_LRU, "lru"],
  [PG_ACTIVE, "active"],
  [PG_PRIVATE, "private"],
  [PG_WRITEBACK, "writeback"],
  [PG_PIN, "pin"],
  [PG_PIN_WAS_LRU, "pin_was_lru"],
];

const VERDICT_WORDS: Readonly<Record<number, string>> = {
  [VERDICT_TRUE_POSITIVE]: "is told: pinned",
  [VERDICT_FALSE_POSITIVE]: "is told, wrongly: pinned",
  [VERDICT_TRUE_NEGATIVE]: "is told: not pinned",
  [VERDICT_FALSE_NEGATIVE]: "is told, wrongly: not pinned",
  [VERDICT_UNDECIDED]: "asks whether it is pinned, while that changes",
  [VERDICT_UNKNOWN]: "is told: nobody knows whether it is pinned",
};

/** A page without references has the buddy allocator's type in place of _mapcount. */
const BUDDY = -128;

// A reader-writer lock's word (assembly/mm/rwlock.ts).
const WRITER = 1 << 31;
const WRITER_WAITS = 1 << 30;

export function verdictWords(code: number): string {
  return VERDICT_WORDS[code] ?? `is told verdict ${code}`;
}

/** `page 1 refcount 3 → 4`; undefined: nothing that has a name has changed. */
export function changeWords(event: ChangeEvent): string | undefined {
  const { name, telling } = event;
  const [before, after] = [valueWords(telling, event.before), valueWords(telling, event.after)];
  if (before === after) return undefined;
  if (telling === "flags") {
    return `${name.replace(/ flags$/, "")} ${flagChanges(event.before, event.after)}`;
  }
  if (telling === "interrupts") return `interrupts ${after}`;
  return `${telling === "entry" ? `${entryName(name)}:` : name} ${before} → ${after}`;
}

export function valueWords(telling: Telling, value: number): string {
  switch (telling) {
    case "flags":
      return namesOf(value).join(" ") || "none";
    case "mapcount":
      return value === BUDDY ? "free" : String(value);
    case "mapping":
      return value === 0 ? "none" : value & PAGE_MAPPING_ANON ? "anonymous" : "the file";
    case "entry":
      return entryWords(value);
    case "slot":
      return value === 0 ? "empty" : "filled";
    case "content":
      return value === 0 ? "unwritten" : `write ${value >>> 0}`;
    case "interrupts":
      return value === 0 ? "on" : "off";
    case "lock":
      return lockWords(value);
    default:
      return String(value);
  }
}

/** `writable dirty`, `read-only`: what an entry that is there lets be done. */
export function entryBits(value: number): string {
  return `${value & PTE_RW ? "writable" : "read-only"}${value & PTE_DIRTY ? " dirty" : ""}`;
}

function entryWords(value: number): string {
  if ((value & PTE_PRESENT) === 0) return "none";
  return `${entryBits(value)} page ${value >>> PAGE_SHIFT}`;
}

/** A race's few pages lie in one table: `page table 2 entry 0` is its entry 0. */
function entryName(name: string): string {
  return `PTE ${/\d+$/.exec(name)?.[0]}`;
}

function lockWords(value: number): string {
  const readers = value & (WRITER_WAITS - 1);
  const reading = readers === 1 ? "1 reader" : `${readers} readers`;
  const holder = value & WRITER ? "a writer" : readers > 0 ? reading : "free";
  return value & WRITER_WAITS ? `${holder}, a writer waits` : holder;
}

function flagChanges(before: number, after: number): string {
  const set = namesOf(after & ~before).map((name) => `+${name}`);
  const cleared = namesOf(before & ~after).map((name) => `−${name}`);
  return [...set, ...cleared].join(" ");
}

function namesOf(flags: number): string[] {
  return FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}
