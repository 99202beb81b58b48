export const OPERATION_KINDS = [
  ...["mmap", "munmap", "populate", "gup", "giveBack", "read", "write", "writeback"],
  ...["submit", "complete", "reclaim", "punch", "truncate", "dma", "sync", "close", "dirty"],
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
