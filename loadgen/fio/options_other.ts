import { accepted, type FioOption, later, refused } from "./option.ts";

const FAST = "the job runs as fast as it can";
const AT_ONCE = "the job starts with its group";
const ONCE = "the job runs once";
const LIMITS = "the job ends at its size or runtime";
const NO_COMMAND = "no command is started from a job file";
const UNVERIFIED = "nothing is read back, so the pins of verifying reads are missing";

/** Options that change a run but are not honoured yet: read, noted, and left out. */
export const LATER_OPTIONS: readonly FioOption[] = [
  ...later("bandwidth limits", FAST, ["rate", "rate_min|ratemin", "rate_cycle|ratecycle"]),
  ...later("operation limits", FAST, ["rate_iops", "rate_iops_min"]),
  ...later("arrivals of a limited rate", FAST, ["rate_process"], ["linear"]),
  ...later("how a rate and thinktime combine", FAST, ["rate_ignore_thinktime"]),
  ...later("pauses between I/Os", FAST, ["thinktime", "thinktime_spin", "thinktime_iotime"]),
  ...later("what pauses count", FAST, ["thinktime_blocks"], ["0", "1"]),
  ...later("what pauses count", FAST, ["thinktime_blocks_type"], ["complete"]),
  ...later("ratio between jobs", FAST, ["flow", "flow_sleep", "flow_watermark"]),
  ...later("who submits", "the job submits its own I/O", ["io_submit_mode"], ["inline"]),
  ...later("a later start", AT_ONCE, ["startdelay", "wait_for"]),
  ...later("time left out of the figures", "use --warmup", ["ramp_time"]),
  ...later("repetitions", ONCE, ["loops"], ["0", "1"]),
  ...later("latency goals", `iodepth stays as it is`, ["latency_target", "latency_window"]),
  ...later("latency goals", `iodepth stays as it is`, ["latency_percentile"], ["100"]),
  ...later("latency goals", `iodepth stays as it is`, ["latency_run"]),
  ...later("stop at a slow I/O", LIMITS, ["max_latency"]),
  ...later("steady state", LIMITS, [
    "steadystate|ss",
    "steadystate_duration|ss_dur",
    "steadystate_ramp_time|ss_ramp",
  ]),
  ...later("stop with other jobs", LIMITS, ["exitall", "exitall_on_error"]),
  ...later("write until the device is full", LIMITS, ["fill_device|fill_fs"]),
  ...later("reading back what was written", UNVERIFIED, ["verify"], ["0", "none", "null"]),
  ...later("reading back what was written", UNVERIFIED, ["verify_only", "verify_pattern"]),
  ...later("reading back what was written", UNVERIFIED, ["experimental_verify"]),
  ...later(
    "share of random offsets",
    "all offsets of a random job are random",
    ["percentage_random"],
    ["100", "100,100", "100,100,100"],
  ),
  ...later("unaligned sizes", "sizes stay multiples of the smallest", [
    "bs_unaligned|blocksize_unaligned",
  ]),
  ...later("commands around the job", NO_COMMAND, ["exec_prerun", "exec_postrun"], []),
];

/** Options that would make another job of this one. */
export const REFUSED_OPTIONS: readonly FioOption[] = [
  refused("profile", "a built-in benchmark", "a built-in profile is no job file; write it out"),
  refused("opendir", "use the files below a directory", "name the files with filename="),
  refused("rwmixcycle", "deprecated", "fio refuses it as deprecated; leave it out"),
  refused("percentage_sequential", "deprecated", "fio refuses it as deprecated; leave it out"),
];

/** Options without effect on pinning; the topic is their help. */
export const ACCEPTED_OPTIONS: readonly FioOption[] = [
  ...accepted("text about the job", ["description"]),
  ...accepted("names and layout of files", [
    ...["lockfile", "filename_format", "unique_filename", "file_append", "file_service_type"],
    ...["openfiles", "fallocate", "fadvise_hint", "overwrite", "create_serialize"],
    ...["create_fsync", "create_on_open", "allow_file_create", "allow_mounted_write"],
    ...["pre_read", "invalidate", "unlink", "unlink_each_loop", "write_hint"],
  ]),
  ...accepted("place of the I/O in the file", [
    ...["offset|fileoffset", "offset_align", "offset_increment", "rw_sequencer"],
    ...["random_generator", "randrepeat", "randseed", "allrandrepeat", "softrandommap"],
  ]),
  ...accepted("zones of the device", [
    ...["zonemode", "zonesize", "zonecapacity", "zonerange", "zoneskip", "read_beyond_wp"],
    ...["max_open_zones", "job_max_open_zones", "ignore_zone_limits"],
    ...["zone_reset_threshold", "zone_reset_frequency"],
  ]),
  ...accepted("syncing of files", [
    ...["fsync", "fdatasync", "end_fsync", "fsync_on_close", "sync", "sync_file_range"],
    "write_barrier",
  ]),
  ...accepted("batches of submission and completion", [
    ...["iodepth_batch|iodepth_batch_submit", "iodepth_batch_complete_max", "iodepth_low"],
    ...["iodepth_batch_complete_min|iodepth_batch_complete", "serialize_overlap"],
  ]),
  ...accepted("details of verifying and trimming", [
    ...["do_verify", "verify_interval", "verify_offset", "verify_fatal", "verify_dump"],
    ...["verify_async", "verify_async_cpus", "verify_backlog", "verify_backlog_batch"],
    ...["verify_state_load", "verify_state_save", "verifysort", "verifysort_nr"],
    ...["trim_percentage", "trim_verify_zero", "trim_backlog", "trim_backlog_batch"],
  ]),
  ...accepted("CPU, priority, NUMA and rights", [
    ...["nice", "prio", "prioclass", "cpumask", "cpus_allowed", "cpus_allowed_policy"],
    ...["numa_cpu_nodes", "numa_mem_policy", "lockmem", "cgroup", "cgroup_nodelete"],
    ...["cgroup_weight", "uid", "gid", "ioscheduler", "clocksource", "gtod_cpu", "flow_id"],
  ]),
  ...accepted("contents of buffers", [
    ...["zero_buffers", "refill_buffers", "scramble_buffers", "buffer_pattern"],
    ...["buffer_compress_percentage", "buffer_compress_chunk", "dedupe_percentage"],
    ...["dedupe_mode", "dedupe_working_set_percentage", "dedupe_global"],
  ]),
  ...accepted("logs and reports of fio", [
    ...["write_iolog", "write_bw_log", "write_lat_log", "write_iops_log", "write_hist_log"],
    ...["bwavgtime", "iopsavgtime", "log_entries", "log_avg_msec", "log_hist_msec"],
    ...["log_hist_coarseness", "log_max_value", "log_offset", "log_prio", "log_compression"],
    ...["log_compression_cpus", "log_store_compressed", "log_unix_epoch", "per_job_logs"],
    ...["log_alternate_epoch", "log_alternate_epoch_clock_id", "block_error_percentiles"],
    ...["stats", "clat_percentiles", "lat_percentiles", "slat_percentiles"],
    ...["significant_figures", "disk_util", "gtod_reduce", "disable_lat", "disable_clat"],
    ...["disable_slat", "disable_bw_measurement|disable_bw", "unified_rw_reporting"],
    "unit_base",
  ]),
  ...accepted("errors and the end of other jobs", [
    ...["ignore_error", "continue_on_error", "error_dump", "exit_what"],
  ]),
  ...accepted("parameters of built-in profiles", [
    ...["device-names", "large-block-op-kbytes", "prep", "read-req-num-512-blocks"],
    ...["test-duration", "threads-per-queue"],
  ]),
];

const URING = { engines: ["io_uring", "io_uring_cmd"] };
const PRIORITY = { engines: ["libaio", "io_uring", "io_uring_cmd"] };
const REFUSED_ONES: readonly [string, readonly string[]][] = [
  ["sg", ["readfua", "writefua", "sg_write_mode", "stream_id"]],
  ["cpuio", ["cpuload", "cpuchunks", "cpumode", "exit_on_io_done"]],
  ["exec", ["program", "arguments", "grace_time", "std_redirect"]],
  ["e4defrag", ["donorname", "inplace"]],
  ["mtd", ["skip_bad"]],
  ["nbd", ["uri"]],
  ["filestat", ["stat_type"]],
];

/** Options of single engines; those of refused engines are known so that they are not "unknown". */
export const ENGINE_OPTIONS: readonly FioOption[] = [
  ...accepted("polling", ["hipri"], { engines: ["io_uring", "io_uring_cmd", "pvsync2", "sg"] }),
  ...accepted("polling", ["hipri_percentage"], { engines: ["pvsync2"] }),
  ...accepted("flags of each call", ["uncached"], {
    engines: ["io_uring", "io_uring_cmd", "pvsync2"],
  }),
  ...accepted("flags of each call", ["nowait"], {
    engines: ["libaio", "io_uring", "io_uring_cmd", "pvsync2"],
  }),
  ...accepted("polling and files of io_uring", ["registerfiles", "sqthread_poll"], URING),
  ...accepted("polling and files of io_uring", ["sqthread_poll_cpu", "nonvectored"], URING),
  ...accepted("polling and files of io_uring", ["force_async", "cmd_type"], URING),
  ...accepted("reaping in user space", ["userspace_reap"], { engines: ["libaio"] }),
  ...accepted("priority of commands", ["cmdprio_percentage", "cmdprio_class"], PRIORITY),
  ...accepted("priority of commands", ["cmdprio", "cmdprio_bssplit"], PRIORITY),
  ...accepted("huge pages of the mapping", ["thp"], { engines: ["mmap"] }),
  ...accepted("address to bind to", ["bindname"], { engines: ["rdma"] }),
  ...accepted("network", ["nodelay", "listen", "pingpong", "interface", "ttl", "mss"], {
    engines: ["net", "netsplice"],
  }),
  ...accepted("network", ["window_size", "protocol"], { engines: ["net", "netsplice"] }),
  ...accepted("Ceph", ["clustername", "pool", "clientname", "busy_poll"], {
    engines: ["rados", "rbd"],
  }),
  ...accepted("Ceph", ["conf", "touch_objects", "rbdname"], { engines: ["rados", "rbd"] }),
  ...accepted("Gluster", ["volume", "brick", "single-instance"], {
    engines: ["gfapi", "gfapi_async"],
  }),
  ...REFUSED_ONES.flatMap(([engine, names]) =>
    accepted(`option of ${engine}`, names, { engines: [engine] }),
  ),
];
