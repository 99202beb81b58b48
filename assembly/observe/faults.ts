/**
 * What went wrong, in a bounded record per CPU: faults of the emulated kernel (BUG, WARN) are
 * recorded and the machine goes on; impossible states of ours are recorded and trap.
 */
import {
  CPU_FAULTS, FAULTS_COUNTS, FAULTS_FIRST, FAULTS_KEPT, FAULTS_TOTAL, FAULT_BYTES, FAULT_CAPACITY,
  FAULT_CODE, FAULT_CODES, FAULT_EXTRA, FAULT_PFN, FAULT_VALUE,
} from "../shared/layout.ts";
import { quietAdd32, quietLoad32, quietStore32 } from "../memory/quiet";

/** So many of each code keep their details, lest one crowds out the others. */
const KEPT_OF_A_CODE: u32 = 8;

/** Records a fault of the emulated kernel; the first 8 of a code, 63 in all, keep their details. */
export function recordFault(cpu: usize, code: u32, pfn: u32, value: u32, extra: u32): void {
  const faults = cpu + CPU_FAULTS;
  const index = quietLoad32(faults + FAULTS_KEPT);
  quietAdd32(faults + FAULTS_TOTAL, 1);
  if (code < <u32>FAULT_CODES) {
    const count = faults + FAULTS_COUNTS + (<usize>code << 2);
    quietAdd32(count, 1);
    if (quietLoad32(count) > KEPT_OF_A_CODE) return;
  }
  if (index >= <u32>FAULT_CAPACITY) return;
  quietStore32(faults + FAULTS_KEPT, index + 1);
  const entry = faults + FAULTS_FIRST + <usize>index * FAULT_BYTES;
  quietStore32(entry + FAULT_CODE, code);
  quietStore32(entry + FAULT_PFN, pfn);
  quietStore32(entry + FAULT_VALUE, value);
  quietStore32(entry + FAULT_EXTRA, extra);
}

/** An impossible state of ours: records it and traps. */
@inline
export function must(cpu: usize, condition: bool, code: u32): void {
  if (!condition) broken(cpu, code);
}

function broken(cpu: usize, code: u32): void {
  recordFault(cpu, code, 0, 0, 0);
  unreachable();
}
