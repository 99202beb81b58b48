/**
 * What of a job file goes to the real fio, by the options' own names. What is on neither list is
 * left out: it touches other files, or changes nothing about what is read and written and pinned.
 */

/** Kept as they stand: they shape the I/O, its pace, its buffers or its way into the kernel. */
const KEPT: ReadonlySet<string> = new Set([
  ...["kb_base", "ioengine", "direct", "buffered", "atomic", "iodepth", "fixedbufs"],
  ...["rw", "rwmixread", "rwmixwrite", "rw_sequencer", "percentage_random"],
  ...["bs", "bsrange", "bssplit", "bs_is_seq_rand", "bs_unaligned", "ba"],
  ...["random_distribution", "random_generator", "norandommap", "softrandommap"],
  ...["randrepeat", "allrandrepeat", "randseed"],
  ...["io_size", "number_ios", "runtime", "time_based", "loops", "startdelay"],
  ...["iomem_align", "hugepage-size", "thread"],
  ...["iodepth_batch", "iodepth_batch_complete_min", "iodepth_batch_complete_max"],
  ...["iodepth_low", "serialize_overlap"],
  ...["rate", "rate_iops", "rate_process", "rate_ignore_thinktime"],
  ...["thinktime", "thinktime_spin", "thinktime_iotime", "thinktime_blocks"],
  "thinktime_blocks_type",
  ...["latency_target", "latency_window", "latency_percentile", "latency_run"],
  ...["steadystate", "steadystate_duration", "steadystate_ramp_time"],
  ...["exitall", "exitall_on_error", "exit_what"],
  ...["registerfiles", "sqthread_poll", "nonvectored", "force_async", "hipri", "userspace_reap"],
]);

/** Written anew for each thread from what the reader made of the file. */
const REWRITTEN: ReadonlySet<string> = new Set([
  ...["name", "numjobs", "stonewall", "new_group", "group_reporting", "mem"],
  ...["size", "filesize", "nrfiles", "filename", "directory", "write_iolog"],
]);

const REREAD = "what is read back is neither in the I/O log nor in fio's totals";
const LOGS_FILES = "the log names files of its own, and this command touches none but its scratch";

/** Why an option makes the comparison impossible. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["ramp_time", "the I/Os of the ramp are not in fio's totals"],
  ["verify", REREAD],
  ["verify_only", REREAD],
  ["experimental_verify", REREAD],
  ["verify_pattern", REREAD],
  ["fill_device", "it would fill the disk that the scratch file is on"],
  ["create_only", "the job does no I/O"],
  ["read_iolog", LOGS_FILES],
  ["merge_blktrace_file", LOGS_FILES],
]);

/** Values that ask for nothing. */
const INERT = /^(0+(us|ms|s|m|h|d)?|none|null)$/i;

export type Disposal =
  | { readonly kind: "kept" | "rewritten" | "left-out" }
  | { readonly kind: "refused"; readonly reason: string };

/** What becomes of an option, by its own name, with a value (undefined: it stands alone). */
export function disposalOf(option: string, value: string | undefined): Disposal {
  const reason = REFUSED.get(option);
  if (reason !== undefined && !INERT.test(value?.trim() ?? "1")) return { kind: "refused", reason };
  if (KEPT.has(option)) return { kind: "kept" };
  return { kind: REWRITTEN.has(option) ? "rewritten" : "left-out" };
}
