/**
 * Which words a step has written, for a checker that goes back: traced build only. The host keeps a
 * copy of the memory; here each word is listed once a step, at its first store.
 *
 *   marks: one word for each word of memory, the number of the step that listed it last
 *   list:  addresses, in the order in which they were written first
 */
import {
  CONTROL_JOURNAL_END, CONTROL_JOURNAL_MARKS, CONTROL_JOURNAL_STEP,
} from "../shared/layout.ts";

export function note64(address: usize): void {
  note32(address);
  note32(address + 4);
}

export function note32(address: usize): void {
  const marks = <usize>load<u32>(CONTROL_JOURNAL_MARKS);
  // Nobody keeps a journal.
  if (!marks) return;
  const step = load<u32>(CONTROL_JOURNAL_STEP);
  if (load<u32>(marks + address) == step) return;
  store<u32>(marks + address, step);
  const end = <usize>load<u32>(CONTROL_JOURNAL_END);
  store<u32>(end, address);
  store<u32>(CONTROL_JOURNAL_END, end + 4);
}
