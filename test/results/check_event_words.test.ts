import { expect, test } from "vitest";
import { PG_DIRTY, PG_LOCKED, PG_LRU } from "../../assembly/shared/codes.ts";
import type { ChangeEvent } from "../../src/executors/check/timeline.ts";
import { pfnOf, tellingOf } from "../../src/executors/check/told_words.ts";
import { changeWords } from "../../src/results/check_event_words.ts";

function change(name: string, before: number, after: number): string | undefined {
  const telling = tellingOf(name);
  if (telling === undefined) return undefined;
  const event: ChangeEvent = {
    ...{ kind: "change", cpu: 0, step: 0, name, telling, pfn: pfnOf(name), before, after },
  };
  return changeWords(event);
}

const WRITER = 1 << 31;
const WAITS = 1 << 30;

test.each([
  ["page 3 refcount", 1, 1025, "page 3 refcount 1 → 1025"],
  ["page 3 flags", PG_DIRTY | PG_LRU, PG_LOCKED | PG_LRU, "page 3 +locked −dirty"],
  ["page 3 _mapcount", -1, -128, "page 3 _mapcount -1 → free"],
  ["page 3 mapping", 103808, 0, "page 3 mapping the file → none"],
  ["page 3 mapping", 0, 9001, "page 3 mapping none → anonymous"],
  ["page 3 content", 0, 2, "page 3 content unwritten → write 2"],
  ["page table 0 entry 1", 0x3067, 0x3025, "PTE 1: writable dirty page 3 → read-only page 3"],
  ["page table 0 entry 1", 0x3067, 0, "PTE 1: writable dirty page 3 → none"],
  ["page cache slot 0", 102464, 0, "page cache slot 0 filled → empty"],
  ["mmap_lock", 0, WRITER, "mmap_lock free → a writer"],
  ["mmap_lock", 1, 2 | WAITS, "mmap_lock 1 reader → 2 readers, a writer waits"],
  ["CPU1 interrupts off", 0, 1, "interrupts off"],
  ["CPU1 interrupts off", 1, 0, "interrupts on"],
])("%s %d → %d", (name, before, after, words) => {
  expect(change(name, before, after)).toBe(words);
});

test("what has no name does not change, and lists are not told", () => {
  expect(change("page table 0 entry 1", 0x3025, 0x3005)).toBeUndefined();
  expect(change("page 3 lru.next", 1, 2)).toBeUndefined();
  expect(change("zone->lock", 0, 1)).toBeUndefined();
});
