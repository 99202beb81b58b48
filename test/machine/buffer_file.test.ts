import { expect, test } from "vitest";
import { VMA_ANON, VMA_REGULAR_FILE, VMA_SHMEM } from "../../assembly/shared/codes.ts";
import { backingOf } from "../../src/machine/buffer_file.ts";

test.each([
  [undefined, VMA_ANON],
  ["/dev/zero", VMA_SHMEM],
  ["/dev/shm/x", VMA_SHMEM],
  ["/dev/zeros", VMA_REGULAR_FILE],
  ["/data/dev/shm/x", VMA_REGULAR_FILE],
  ["dev/zero", VMA_REGULAR_FILE],
])("what stands behind %s", (file, kind) => {
  expect(backingOf(file)).toBe(kind);
});
