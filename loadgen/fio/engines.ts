import { nearestName } from "../../src/scenario/nearest_name.ts";
import { shown } from "./shown.ts";

/**
 * What an ioengine does to its buffers: `bio`, pinned for each direct I/O; `regions`, registered
 * memory regions; `nothing`.
 */
export interface ModelledEngine {
  readonly pins: "bio" | "regions" | "nothing";
  /** One I/O at a time, whatever `iodepth` says. */
  readonly synchronous: boolean;
}

const BIO_ONE: ModelledEngine = { pins: "bio", synchronous: true };
const BIO_MANY: ModelledEngine = { pins: "bio", synchronous: false };

const MODELLED: ReadonlyMap<string, ModelledEngine> = new Map([
  ["psync", BIO_ONE],
  ["sync", BIO_ONE],
  ["vsync", BIO_ONE],
  ["pvsync", BIO_ONE],
  ["pvsync2", BIO_ONE],
  ["libaio", BIO_MANY],
  ["io_uring", BIO_MANY],
  ["posixaio", BIO_MANY],
  ["rdma", { pins: "regions", synchronous: false }],
  ["mmap", { pins: "nothing", synchronous: true }],
  ["null", { pins: "nothing", synchronous: false }],
]);

const PASSTHROUGH = "a passthrough command maps its buffers outside the paths modelled here";
const NETWORK = "sockets and pipes are not modelled";
const REMOTE = "a storage library in user space is not modelled";
const FILES = "it works on files and directories and moves no data through buffers";
const PERSISTENT = "persistent memory is copied to by the CPU and pins no buffers";
const FOREIGN = "it is an engine of another operating system";
const LIBRARY = "what a loaded library does with its buffers is not known";

const REFUSED: ReadonlyMap<string, string> = new Map(
  (
    [
      [PASSTHROUGH, ["sg", "bsg", "io_uring_cmd", "libzbc", "xnvme", "spdk", "libblkio"]],
      [NETWORK, ["net", "netsplice", "splice", "http", "nbd", "binject", "libiscsi"]],
      [REMOTE, ["rados", "rbd", "gfapi", "gfapi_async", "libhdfs", "nfs", "dfs"]],
      [REMOTE, ["ime_psync", "ime_psyncv", "ime_aio", "libcufile"]],
      [REMOTE, ["librpma_apm_client", "librpma_apm_server"]],
      [REMOTE, ["librpma_gpspm_client", "librpma_gpspm_server"]],
      [FILES, ["ftruncate", "filecreate", "filestat", "filedelete", "falloc", "e4defrag"]],
      [PERSISTENT, ["pmemblk", "dev-dax", "libpmem", "mtd"]],
      ["it burns CPU time and does no I/O", ["cpuio"]],
      ["no command is started from a job file", ["exec"]],
      [FOREIGN, ["windowsaio", "solarisaio", "guasi"]],
      [LIBRARY, ["external"]],
    ] as const
  ).flatMap(([reason, names]) => names.map((name): [string, string] => [name, reason])),
);

export const MODELLED_ENGINES: readonly string[] = [...MODELLED.keys()];

export function modelledEngine(name: string): ModelledEngine | undefined {
  return MODELLED.get(name);
}

/** Why a real engine of fio is refused; undefined when it is modelled or no engine at all. */
export function refusalOfEngine(name: string): string | undefined {
  return REFUSED.get(name.startsWith("external:") ? "external" : name);
}

/** What is wrong with a name that is no engine of fio; undefined when it is one. */
export function engineKnown(name: string): string | undefined {
  if (modelledEngine(name) || refusalOfEngine(name)) return undefined;
  const near = nearestName(name, [...MODELLED.keys(), ...REFUSED.keys()]);
  return `no engine ${shown(name)}${near === undefined ? "" : `; did you mean ${near}?`}`;
}
