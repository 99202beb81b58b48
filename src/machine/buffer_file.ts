import {
  VM_HUGETLB,
  VM_SHARED,
  VMA_ANON,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
} from "../../assembly/shared/codes.ts";
import type { Job } from "../scenario/scenario.ts";

/** Files without a disk: a shared mapping of /dev/zero, and what lies on the usual tmpfs. */
const SHMEM = /^\/dev\/(?:zero$|shm\/)/;

/**
 * What stands behind a mapping of `file` (VMA_*). Its name decides: no file is ever opened, so that
 * a scenario means the same on every computer.
 */
export function backingOf(file: string | undefined): number {
  if (file === undefined) return VMA_ANON;
  return SHMEM.test(file) ? VMA_SHMEM : VMA_REGULAR_FILE;
}

/** The VM_* bits of a job's buffers beyond read and write; a job's file is mapped shared. */
export function mappingBits({ bufferFile, passes }: Job): number {
  if (passes === undefined) return bufferFile === undefined ? 0 : VM_SHARED;
  return (passes.shared ? VM_SHARED : 0) | (passes.hugetlb ? VM_HUGETLB : 0);
}
