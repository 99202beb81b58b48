import { expect, test } from "vitest";
import type { RaceMachine } from "../../src/executors/check/race.ts";
import { stateLines } from "../../src/results/check_states.ts";
import { broken, raceOf, UPGRADE } from "../support/counterexamples.ts";

function states(name: string, machine: RaceMachine): string[] {
  const { timeline, subject } = broken(raceOf(name), machine);
  return stateLines(timeline, subject.machine, 96);
}

test("pages before and when it broke, the bias apart from the references", () => {
  expect(states("fsync-durability", { scheme: "bias", sync: "barrier" })).toEqual([
    "              before                                   when it broke",
    "page 1",
    "  mapping     page 0 of the file                       page 0 of the file",
    "  flags       referenced uptodate dirty lru private    referenced uptodate dirty lru private",
    "  refcount    1027 = 1 × 1024 + 3                      3",
    "  _mapcount   0                                        0",
    "  entries     PTE 0 writable dirty                     PTE 0 read-only",
    "  ledger      1 pin of CPU0                            not pinned",
    "  content     unwritten; on disk: unwritten            write 1; on disk: unwritten",
  ]);
});

test("_mapcount as `mapcount` reads it", () => {
  const lines = states("mapcount-vs-munmap", { scheme: "mapcount", sync: "lock" });
  const row = lines.find((line) => line.startsWith("  _mapcount"));
  expect(row).toContain("2 = 2 mapped + 1 pinned − 1");
  expect(row).toContain("1 = 1 mapped + 1 pinned − 1");
});

test("a count of the scheme's own has a row", () => {
  const lines = states("unpin-by-put-page", { scheme: "lru-count", variant: "put-page" });
  expect(lines.join("\n")).toMatch(/^ {2}pin count {3}0 +1$/m);
});

test("a page that belongs to nobody has no place on the disk", () => {
  const lines = states("dirty-after-truncate", { scheme: "bias", twist: "unlocked-dirty" });
  expect(lines.join("\n")).toMatch(/^ {2}mapping +page 0 of the file +none$/m);
  expect(lines.join("\n")).toMatch(/^ {2}_mapcount +0 +-1$/m);
  expect(lines.at(-1)).toMatch(/^ {2}content +unwritten; on disk: unwritten +write 1$/);
});

test("no page changed: no table", () => {
  const { timeline, subject } = broken(UPGRADE, { scheme: "bias" });
  expect(stateLines(timeline, subject.machine, 96)).toEqual([]);
});
