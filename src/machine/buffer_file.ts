import { VMA_ANON, VMA_REGULAR_FILE, VMA_SHMEM } from "../../assembly/shared/codes.ts";

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
