/**
 * What the checker goes back by: traced build only, and only where a host has asked for it. Before
 * a step writes a word for the first time, the word and what it held are noted in a log. undo.ts
 * goes back along it.
 *
 *   marks:  one word for each word of memory: the step that noted it last, and bit 0: it tells no
 *           states apart
 *   log:    (address, what it held), 8 bytes each
 */
import {
  CONTROL_JOURNAL_END, CONTROL_JOURNAL_MARKS, CONTROL_JOURNAL_STEP,
} from "../shared/layout.ts";

export const ENTRY_BYTES: usize = 8;

export function note64(address: usize): void {
  note32(address);
  note32(address + 4);
}

export function note32(address: usize): void {
  const marks = <usize>load<u32>(CONTROL_JOURNAL_MARKS);
  // Nobody keeps a journal.
  if (!marks) return;
  const mark = load<u32>(marks + address);
  const step = load<u32>(CONTROL_JOURNAL_STEP);
  if ((mark & ~1) == step) return;
  store<u32>(marks + address, step | (mark & 1));
  log(<u32>address, load<u32>(address));
}

export function log(address: u32, value: u32): void {
  const end = load<u32>(CONTROL_JOURNAL_END);
  store<u32>(end, address);
  store<u32>(end, value, 4);
  store<u32>(CONTROL_JOURNAL_END, end + <u32>ENTRY_BYTES);
}
