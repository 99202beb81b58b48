/** Counters per CPU, in lines of their own, one writer each; the host adds them up. */
import { CPU_FALLBACKS, CPU_VERDICTS, CPU_VMSTAT, CPU_WORK } from "../shared/layout.ts";
import { quietAdd64 } from "../memory/quiet";

/** Adds pages to a vmstat counter (NR_* in shared/codes.ts). */
@inline
export function countVmstat(cpu: usize, counter: u32, pages: u32): void {
  quietAdd64(cpu + CPU_VMSTAT + (<usize>counter << 3), <u64>pages);
}

/** Counts one hand-over from gup_fast to the slow path, by cause (FALLBACK_*). */
@inline
export function countFallback(cpu: usize, cause: u32): void {
  quietAdd64(cpu + CPU_FALLBACKS + (<usize>cause << 3), 1);
}

/** Counts pages of what pins cost the file side (WORK_*). */
@inline
export function countWork(cpu: usize, kind: u32, pages: u32): void {
  quietAdd64(cpu + CPU_WORK + (<usize>kind << 3), <u64>pages);
}

/** Counts one verdict of the pinned test (VERDICT_*). */
@inline
export function countVerdict(cpu: usize, verdict: u32): void {
  quietAdd64(cpu + CPU_VERDICTS + (<usize>verdict << 3), 1);
}
