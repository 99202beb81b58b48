import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { ProgressLine } from "../../loadgen/progress.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { emptyGroup } from "../support/fake_workers.ts";

test("progress ends when nobody reads it any more", () => {
  const written: string[] = [];
  const stream = Object.assign(new EventEmitter(), {
    isTTY: true,
    write: (text: string) => written.push(text) > 0,
  });
  const line = new ProgressLine(stream as unknown as NodeJS.WriteStream, false);
  const { machine } = emptyGroup(makeScenario({ jobs: [{}] })).context;
  const times = { elapsedMs: 5, limitMs: 10 };
  line.update({ phase: "measure", ...times, group: 0, groups: 1, actors: 1, machine });
  expect(written).toHaveLength(1);
  stream.emit("error", new Error("EPIPE"));
  line.end();
  expect(written).toHaveLength(1);
});

test("a log that takes a while to read shows how far it was read", () => {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  const stream = Object.assign(new EventEmitter(), { isTTY: true, columns: 200, write });
  const line = new ProgressLine(stream as unknown as NodeJS.WriteStream, false);
  line.reading("some\u001b.log", 1, 2 ** 30);
  expect(written).toEqual([]);
  while (written.length === 0) line.reading("some\u001b.log", 2 ** 29, 2 ** 30);
  expect(written.join()).toContain("reading some\\x1b.log: 50 % of 1024 MiB");
});
