import { expect, test } from "vitest";
import { CheckProgress, progressWords } from "../../../loadgen/check/check_progress.ts";

test("the mean of what is done is that of what is still to do", () => {
  expect(progressWords(0, 4, 3)).toBe("0 of 4 checks, 3 s");
  expect(progressWords(1, 4, 50)).toBe("1 of 4 checks, 50 s, about 2 min 30 s to go");
  expect(progressWords(4, 4, 90)).toBe("4 of 4 checks, 1 min 30 s, about 0 s to go");
});

test("says how far it is, and clears its line", () => {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  const stream = { isTTY: true, columns: 200, write, once: () => stream };
  const progress = new CheckProgress(stream as unknown as NodeJS.WriteStream, false, 2);
  progress.ended();
  progress.update("a-race", { states: 1, schedules: 2, transitions: 3, steps: 4, bytes: 2048 });
  progress.clear();
  expect(written).toEqual([
    "\r\x1b[K1 of 2 checks, 0 s, about 0 s to go; a-race: 1 states, 2 schedules, 2048B",
    "\r\x1b[K",
  ]);
});
