import {
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  PG_REFERENCED,
  PG_RESERVED,
  PG_SWAPBACKED,
  PG_UPTODATE,
  PG_WAITERS,
} from "../../assembly/shared/codes.ts";
import {
  TRACE_REF_MOD_AND_TEST,
  TRACE_REF_MOD_UNLESS,
} from "../../assembly/shared/trace_layout.ts";

/** The kernel's words for page_ref events (include/trace/events/page_ref.h, mmflags.h). */

/** Tracepoints in the order of TRACE_REF_*. */
export const PAGE_REF_NAMES = [
  "page_ref_set",
  "page_ref_mod",
  "page_ref_mod_and_test",
  "page_ref_mod_unless",
] as const;

/** Does the tracepoint say what the operation returned? */
export function hasReturn(kind: number): boolean {
  return kind === TRACE_REF_MOD_AND_TEST || kind === TRACE_REF_MOD_UNLESS;
}

/** Names of page flags in the order in which the kernel prints them. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [PG_LOCKED, "locked"],
  [PG_WAITERS, "waiters"],
  [PG_REFERENCED, "referenced"],
  [PG_UPTODATE, "uptodate"],
  [PG_DIRTY, "dirty"],
  // PG_anon_exclusive is another name of this bit on anonymous pages.
  [PG_ANON_EXCLUSIVE, "owner_2"],
  [PG_RESERVED, "reserved"],
  [PG_HEAD, "head"],
  [PG_SWAPBACKED, "swapbacked"],
];

const known = new Map<number, string>();

/** `referenced|uptodate|dirty`; a bit without a name in hex, no bit at all `none`. */
export function pageFlagWords(flags: number): string {
  const words = known.get(flags) ?? spell(flags);
  known.set(flags, words);
  return words;
}

function spell(flags: number): string {
  if (flags === 0) return "none";
  const rest = FLAG_NAMES.reduce((left, [bit]) => left & ~bit, flags);
  const unnamed = rest === 0 ? [] : [`0x${(rest >>> 0).toString(16)}`];
  return [...pageFlagNames(flags), ...unnamed].join("|");
}

/** Names of the set bits, as %pGp has them; bits without a name are passed over. */
export function pageFlagNames(flags: number): readonly string[] {
  return FLAG_NAMES.filter(([bit]) => flags & bit).map(([, name]) => name);
}
