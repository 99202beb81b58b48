import { VM_SHARED } from "../../assembly/shared/codes.ts";
import type { FileModel, ModelSpace } from "./file_model.ts";
import type { GupCall } from "./file_model_gup.ts";
import { READ_ONLY, READ_WRITE } from "./lab.ts";
import { MMAP_BASE_VPN } from "./model_space.ts";

const FLAGS = [
  ...[READ_WRITE | VM_SHARED, READ_WRITE | VM_SHARED, READ_WRITE | VM_SHARED],
  ...[READ_ONLY | VM_SHARED, READ_WRITE],
];
const PATHS = ["slow", "fast", "fast only", "fast only"] as const;
export const OPERATION_KINDS = [
  ...["mmap", "munmap", "populate", "gup", "giveBack", "read", "write", "writeback"],
  ...[
    "submit",
    "complete",
    "reclaim",
    "punch",
    "truncate",
    "dma",
    "sync",
    "close",
    "dirty",
    "store",
  ],
] as const;

/** Numbers are reduced to what the machine has when the operation runs. */
export interface FileOperation {
  readonly kind: (typeof OPERATION_KINDS)[number];
  readonly mm: number;
  readonly file: number;
  readonly index: number;
  readonly count: number;
  readonly choice: number;
}

/** Shared and writable more often than not; else shared and read-only, or private. */
export function vmaFlagsOf({ choice }: FileOperation): number {
  return FLAGS[choice % FLAGS.length] ?? READ_WRITE;
}

export function callOf({ file, choice }: FileOperation): GupCall {
  const isPin = file === 0 || choice % 3 > 0;
  const isLongterm = isPin && choice % 11 < 3;
  const path = PATHS[choice % PATHS.length] ?? "slow";
  return { isPin, isWrite: choice % 7 > 2, isLongterm, path };
}

/** An address in a VMA, or close behind; often one whose page is on its way to the disk. */
export function vpnOf(model: FileModel, { mm, choice, index }: FileOperation): number {
  const { vmas, ptes } = model.spaces[mm] as ModelSpace;
  const inFlight = [...ptes].find(([, { page }]) => page.isUnderWriteback);
  if (inFlight && choice % 5 < 2) return inFlight[0];
  const vma = vmas[(choice >> 3) % (vmas.length || 1)];
  return vma === undefined
    ? MMAP_BASE_VPN + index
    : vma.start + (index % (vma.end - vma.start + 1));
}
