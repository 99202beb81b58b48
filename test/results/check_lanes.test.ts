import { describe, expect, test } from "vitest";
import type { RaceMachine } from "../../src/executors/check/race.ts";
import { laneLines } from "../../src/results/check_lanes.ts";
import { broken, raceOf, UPGRADE } from "../support/counterexamples.ts";

const WIDTH = 96;

function lanes(name: string, machine: RaceMachine): string[] {
  const { timeline, counterexample } = broken(raceOf(name), machine);
  return laneLines(timeline, counterexample.breach, WIDTH);
}

describe("the lanes of a counterexample", () => {
  test("a call, what it does under it, and where it broke", () => {
    expect(lanes("pin-vs-mkclean", { scheme: "refcount" })).toEqual([
      "CPU0 direct I/O                                 CPU1 writeback",
      "─".repeat(WIDTH),
      "pin_user_pages_fast(FOLL_WRITE)",
      "  interrupts off",
      "  page 1 refcount 3 → 4",
      "  page 1 +referenced",
      "  interrupts on",
      "the device writes",
      "  page 1 content unwritten → write 1",
      "unpin_user_pages_dirty_lock()",
      ...[
        "the page is submitted for writing",
        "  page 1 refcount 4 → 5",
        "  page 1 +locked",
        "  PTE 0: writable dirty page 1 → none",
        "  PTE 0: none → read-only page 1",
        "  page 1 −dirty",
        "  page 1 +writeback",
        "  page 1 −locked",
        "the write completes",
        "  disk page 0 unwritten → write 1",
        "  page 1 −writeback",
        "  page 1 refcount 5 → 4",
      ].map((line) => " ".repeat(WIDTH / 2) + line),
      "… unpin_user_pages_dirty_lock()",
      "  page 1 +locked",
      "  page 1 +dirty",
      "  ✗ no-dirty-without-mkwrite",
    ]);
  });

  test.each<[string, string, RaceMachine, string]>([
    ["the crash of 2018", "dio-vs-writeback", { scheme: "refcount" }, "✗ no-dirty-without-buffers"],
    ["fsync", "fsync-durability", { scheme: "bias", sync: "barrier" }, "✗ fsync-durable"],
    [
      "a false verdict",
      "mapcount-vs-munmap",
      { scheme: "mapcount", sync: "lock" },
      "✗ no-false-negative",
    ],
    [
      "a freed inode",
      "dirty-after-truncate",
      { scheme: "bias", twist: "unlocked-dirty" },
      "✗ no-use-after-free",
    ],
    [
      "an overflow",
      "refcount-overflow",
      { scheme: "bias", twist: "unguarded-get" },
      "✗ conserved-refcount",
    ],
    [
      "a sleep",
      "sleep-in-atomic",
      { scheme: "bias", sync: "lock", variant: "lock-in-fast" },
      "✗ no-sleep-in-atomic",
    ],
    [
      "counts at the end",
      "unpin-by-put-page",
      { scheme: "bias", variant: "put-page" },
      "✗ at the end, when everything is given back: conserved-refcount",
    ],
  ])("%s: the last line is where it broke, and no line is wider", (_, name, machine, last) => {
    const lines = lanes(name, machine);
    expect(lines.at(-1)?.trim()).toBe(last);
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  });

  test("in three lanes a line stays in its own", () => {
    const lines = lanes("mapcount-vs-munmap", { scheme: "mapcount", sync: "lock" });
    const lane = WIDTH / 3;
    for (const line of lines.slice(2)) {
      const from = line.length - line.trimStart().length;
      expect(Math.floor(from / lane)).toBe(Math.floor((line.length - 1) / lane));
    }
    expect(lines.map((line) => line.trim())).toContain("is told, wrongly: not pinned");
  });

  test("no addresses", () => {
    const lines = lanes("dirty-after-truncate", { scheme: "bias", twist: "unlocked-dirty" });
    expect(lines.filter((line) => /\d{5}/.test(line))).toEqual([]);
    expect(lines.map((line) => line.trim())).toContain("page 1 mapping the file → none");
  });

  test("a deadlock", () => {
    const { timeline, counterexample } = broken(UPGRADE, { scheme: "bias" });
    const lines = laneLines(timeline, counterexample.breach, WIDTH).slice(2);
    expect(lines.map((line) => line.trim())).toEqual([
      "mmap_read_lock()",
      "mmap_lock free → 1 reader",
      "mmap_write_lock()",
      "mmap_lock 1 reader",
      "→ 1 reader, a writer waits",
      "✗ nobody can run any more: no-deadlock",
    ]);
  });
});
