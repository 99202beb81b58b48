import { readFileSync } from "node:fs";
import type { Thread } from "./derive.ts";

const HUGE_ORDER = 9;
const HUGE_BYTES = 4096 << HUGE_ORDER;

/**
 * What is missing for the jobs whose buffers lie in huge pages of 2 MiB: fio maps them before its
 * first I/O and fails with an errno and no reason. undefined: nothing is.
 */
export function missingHugePages(
  threads: readonly Thread[],
  meminfo = readFileSync("/proc/meminfo", "utf8"),
): string | undefined {
  const wanted = new Map<number, number>();
  for (const { job, group } of threads) {
    if (job.folioOrder !== HUGE_ORDER) continue;
    wanted.set(group, (wanted.get(group) ?? 0) + hugePagesOf(job.bufferBytes * job.iodepth));
  }
  const most = Math.max(0, ...wanted.values());
  const free = Number(/^HugePages_Free:\s+(\d+)$/m.exec(meminfo)?.[1] ?? 0);
  const reserved = Number(/^HugePages_Rsvd:\s+(\d+)$/m.exec(meminfo)?.[1] ?? 0);
  const left = Math.max(0, free - reserved);
  if (left >= most) return undefined;
  return (
    `buffers in huge pages need ${most} huge pages of 2 MiB, ${left} are free: ` +
    `sysctl vm.nr_hugepages=${most} reserves them`
  );
}

/** fio rounds its buffers up, and one page more is mapped for aligning them. */
function hugePagesOf(bytes: number): number {
  return Math.ceil(bytes / HUGE_BYTES) + 1;
}
