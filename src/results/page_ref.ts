import {
  TRACE_REF_MOD_AND_TEST,
  TRACE_REF_MOD_UNLESS,
} from "../../assembly/shared/trace_layout.ts";
import { PAGE_FLAG_NAMES } from "./page_flag_names.ts";

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

const known = new Map<number, string>();

/** `referenced|uptodate|dirty`; a bit without a name in hex, no bit at all `none`. */
export function pageFlagWords(flags: number): string {
  const words = known.get(flags) ?? spell(flags);
  known.set(flags, words);
  return words;
}

function spell(flags: number): string {
  if (flags === 0) return "none";
  let rest = flags;
  const names: string[] = [];
  for (const [bit, name] of PAGE_FLAG_NAMES) {
    if (!(flags & bit)) continue;
    names.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.join("|");
}
