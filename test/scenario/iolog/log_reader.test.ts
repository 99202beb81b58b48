import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogReader } from "../../../src/scenario/iolog/log_reader.ts";
import { LogFolder } from "../../support/logs.ts";

const folder = new LogFolder();

interface Seen {
  isRead: boolean;
  offset: number;
  length: number;
  timeUs: number;
}

/** Every I/O of a log; a fault throws. */
function readAll(path: string, skip: ("read" | "write")[] = []): { ios: Seen[]; log: LogReader } {
  const onFault = (line: number, found: string): never => {
    throw new Error(`${line}: ${found}`);
  };
  const log = new LogReader(path, { skip, onFault });
  const ios: Seen[] = [];
  while (log.next()) {
    const { isRead, offset, length, timeUs } = log;
    ios.push({ isRead, offset, length, timeUs });
  }
  log.close();
  return { ios, log };
}

const times = (path: string): number[] => readAll(path).ios.map(({ timeUs }) => timeUs);

describe("an I/O log", () => {
  test("of version 3 gives its reads and writes, and counts the rest", () => {
    const lines = ["5 read 4096 512", "7 sync 4096 0", "9 write 0 8192", "10 trim 0 65536"];
    const { ios, log } = readAll(folder.v3("v3", ...lines, "11 datasync 0 0"));
    expect(ios).toEqual([
      { isRead: true, offset: 4096, length: 512, timeUs: 0 },
      { isRead: false, offset: 0, length: 8192, timeUs: 4 },
    ]);
    expect(log.counts).toMatchObject({ reads: 1, writes: 1, syncs: 2, trims: 1, writeBytes: 8192 });
  });

  test("of version 2 is the same without times", () => {
    const { ios, log } = readAll(folder.v2("v2", "read 4096 512", "write 0 8192", "sync 0 0"));
    expect(log.version).toBe(2);
    expect(ios.map(({ length, timeUs }) => [length, timeUs])).toEqual([
      [512, 0],
      [8192, 0],
    ]);
  });

  test("may have CR LF, tabs, blank lines and several files, as for fio", () => {
    const text =
      "fio version 3 iolog\r\n1 a add\r\n1 b add\r\n2\ta  open\r\n2 b open\r\n\r\n" +
      " 3 a read 0 1\r\n4 b read 0 2\r\n5 a write 0 3\r\n6 b close\r\n7 a write 0 4\r\n";
    expect(readAll(folder.write("mixed", text)).ios.map(({ length }) => length)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test("takes offsets beyond 32 bits and the longest length", () => {
    const log = folder.v3("wide", `1 read ${2 ** 40 + 512} 4096`, `1 read 0 ${2 ** 32 - 1}`);
    const { ios } = readAll(log);
    expect(ios.map(({ offset, length }) => [offset, length])).toEqual([
      [2 ** 40 + 512, 4096],
      [0, 2 ** 32 - 1],
    ]);
  });

  test("leaves out what is to be skipped, and its time passes", () => {
    const log = folder.v3("skip", "1 read 0 4096", "500 write 0 4096", "900 read 0 4096");
    expect(readAll(log, ["write"]).ios.map(({ timeUs }) => timeUs)).toEqual([0, 899]);
    expect(readAll(log, ["write"]).log.counts).toMatchObject({ reads: 2, writes: 0, skipped: 1 });
  });
});

describe("its time", () => {
  test("counts from the first stamp that is not 0", () => {
    expect(times(folder.v3("late", "0 read 0 1", "700 read 0 1", "900 read 0 1"))).toEqual([
      0, 0, 200,
    ]);
  });

  test("stands still where stamps go back", () => {
    const log = folder.v3("back", "1000 read 0 1", "500 read 0 1", "900 read 0 1");
    expect(times(log)).toEqual([0, 0, 400]);
  });

  test("of version 2 jumps to N ms after the start at `wait N`", () => {
    const lines = ["read 0 1", "wait 500 0", "read 0 1", "wait 600 0", "wait 5 0", "read 0 1"];
    expect(times(folder.v2("waits", ...lines))).toEqual([0, 500_000, 600_000]);
  });
});

test("whatever I/Os a log has, however its bytes fall into chunks, they are read", () => {
  const io = fc.record({
    isRead: fc.boolean(),
    offset: fc.nat(Number.MAX_SAFE_INTEGER),
    length: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    // Long names make chunks end everywhere within a line.
    name: fc.integer({ min: 1, max: 256 }).map((length) => "n".repeat(length)),
  });
  const wanted = fc.sample(io, { numRuns: 12_000, seed: 3 });
  const files = [...new Set(wanted.map(({ name }) => name))];
  const lines = [
    "fio version 2 iolog",
    ...files.flatMap((name) => [`${name} add`, `${name} open`]),
    ...wanted.map((i) => `${i.name} ${i.isRead ? "read" : "write"} ${i.offset} ${i.length}`),
  ];
  const { ios } = readAll(folder.write("sampled", `${lines.join("\n")}\n`));
  expect(lines.join("\n").length).toBeGreaterThan(1.5 * 2 ** 20);
  expect(ios).toEqual(
    wanted.map(({ isRead, offset, length }) => ({ isRead, offset, length, timeUs: 0 })),
  );
});
