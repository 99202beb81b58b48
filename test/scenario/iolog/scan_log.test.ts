import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ScanOptions, scanLog } from "../../../src/scenario/iolog/scan_log.ts";
import { ConfigurationError } from "../../../src/scenario/problem.ts";
import { LogFolder } from "../../support/logs.ts";

const folder = new LogFolder();

/** What is found wrong with a log, `LINE: FOUND` or `FOUND` each. */
function faults(path: string, options: ScanOptions = {}): string[] {
  try {
    scanLog(path, options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.problems.every(({ accepted }) => accepted !== "")).toBe(true);
    return error.problems.map(({ where, found }) => {
      expect(where.startsWith(path)).toBe(true);
      return `${where.slice(path.length + 1)}${where === path ? "" : ": "}${found}`;
    });
  }
  return [];
}

describe("what a file is", () => {
  const header = "fio version 3 iolog\n";
  test.each([
    ["nothing", "", "an empty file"],
    ["bytes", Uint8Array.of(5, 0, 0, 1, 10), "1: a binary file (it holds NUL bytes)"],
    ["a blktrace", Uint8Array.of(7, 0x74, 0x61, 0x65, 0), "1: a blktrace"],
    ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), "1: a gzip file; unpack it first"],
    ["CSV", "time,offset\n1,2\n", '1: a file that begins with "time,offset"'],
    ["version 1", "fio version 1 iolog\n", "1: an I/O log of version 1"],
    ["version 30", "fio version 3 iologs\n", '1: a file that begins with "fio version 3 iologs"'],
    ["a first line that is cut", "fio version 3 iol", "1: a file that begins with"],
    ["a first line alone, cut", "fio version 3 iolog", "1: a log that ends in its first line"],
    ["a first line alone", header, "no read or write"],
    ["files only", `${header}0 f add\n0 f open\n0 f close\n`, "no read or write"],
    [
      "a line of megabytes",
      `${header}0 f add ${"x".repeat(3 << 20)}`,
      "2: a line of a MiB and more",
    ],
    ["a long first line", "x".repeat(3 << 20), '1: a file that begins with "xxxxx'],
  ])("%s", (_, content, found) => {
    expect(faults(folder.write("file", content))).toEqual([expect.stringContaining(found)]);
  });

  test("a directory, a pipe, standard input, nothing at all", () => {
    mkdirSync(join(folder.path, "directory"));
    spawnSync("mkfifo", [join(folder.path, "pipe")]);
    expect(faults(join(folder.path, "directory"))).toEqual(["a directory"]);
    expect(faults(join(folder.path, "pipe"))).toEqual([expect.stringContaining("a pipe")]);
    expect(faults("-")).toEqual([expect.stringContaining("standard input")]);
    expect(faults("/dev/null")).toEqual([expect.stringContaining("device")]);
    expect(faults(join(folder.path, "nobody"))).toEqual(["no such file"]);
  });
});

describe("a faulty line", () => {
  test.each([
    ["1 read -5 4096", 'the offset "-5"'],
    ["1 read 0x10 4096", 'the offset "0x10"'],
    ["1 read 9007199254740992 4096", 'the offset "9007199254740992"'],
    [`1 read ${"9".repeat(500)} 4096`, "the offset"],
    ["1 read 0 0", 'the length "0"'],
    ["1 write 0 -1", 'the length "-1"'],
    ["1 write 0 4294967296", 'the length "4294967296"'],
    ["1 write 0 4k", 'the length "4k"'],
    ["1 erase 0 4096", 'the action "erase"'],
    ["1 reads 0 4096", 'the action "reads"'],
    ["1 unlink", 'the action "unlink"'],
    ["1 read 0", "4 words"],
    ["1 read 0 4096 7", "more than 5 words"],
    ["x read 0 4096", 'the time "x"'],
    ["-1 read 0 4096", 'the time "-1"'],
    ["1 wait 100 0", "wait"],
    ["1 re\0ad 0 4096", "NUL bytes"],
    [`1 read 0 ${" ".repeat(5000)}4096`, "more than 4,095 bytes"],
  ])("%s", (line, found) => {
    const log = folder.v3("line", "1 read 0 4096", line, "2 read 0 4096");
    expect(faults(log)).toEqual([expect.stringContaining(`5: ${found}`)]);
  });

  test("names a file that fio would stumble over", () => {
    const text = (...lines: string[]) => `fio version 3 iolog\n${lines.join("\n")}\n`;
    const io = "1 f read 0 4096";
    const found = (...lines: string[]) => faults(folder.write("files", text(...lines)));
    expect(found(io)).toEqual(['2: the file "f", which was never added']);
    expect(found("0 f add", io)).toEqual(['3: the file "f", which is not open here']);
    expect(found("0 f open", "0 f add", io)[0]).toBe('2: the file "f", which was never added');
    expect(found("0 f add", "0 f open", "1 f close", io)).toEqual([
      '5: the file "f", which is not open here',
    ]);
    expect(found(`0 ${"n".repeat(257)} add`)).toEqual([expect.stringContaining("256 bytes")]);
    expect(found("0 f add", "0 f open", io, "fio version 3 iolog")).toEqual([
      "5: a second log begins here",
    ]);
  });

  test("that is cut, where a number may have lost its end", () => {
    const path = folder.write("cut", "fio version 3 iolog\n0 f add\n0 f open\n1 f read 0 40");
    expect(faults(path)).toEqual(["4: the last line has no end: the log was cut"]);
  });

  test("is told three times, then counted", () => {
    const log = folder.v3("many", ...Array.from({ length: 10 }, () => "1 read 0 0"));
    const found = ["4", "5", "6"].map((line) => `${line}: the length "0"`);
    expect(faults(log)).toEqual([...found, "7 more faulty lines"]);
    const endless = folder.v3("endless", ...Array.from({ length: 20_000 }, () => "1 read 0 0"));
    expect(faults(endless).at(-1)).toBe("9997 and more faulty lines");
  });

  test("that O_DIRECT refuses is one where units are given", () => {
    const log = folder.v3("odd", "1 read 100 4096", "1 read 512 1000");
    expect(faults(log)).toEqual([]);
    expect(faults(log, { lengthUnit: 512 })).toHaveLength(1);
    expect(faults(log, { lengthUnit: 512, offsetUnit: 512 })).toHaveLength(2);
  });
});

describe("a whole log", () => {
  test("is counted", () => {
    const log = folder.v3(
      "whole",
      "1 read 0 4096",
      "2 write 0 65536",
      "9 read 0 512",
      "9 sync 0 0",
    );
    expect(scanLog(log)).toMatchObject({
      ...{ version: 3, reads: 2, readBytes: 4608, writes: 1, writeBytes: 65536, syncs: 1 },
      ...{ largestBytes: 65536, durationUs: 8 },
    });
    expect(scanLog(log, { skip: ["write"] }).largestBytes).toBe(4096);
    expect(faults(log, { skip: ["read", "write"] })).toEqual([
      "no read or write but the 3 that are skipped",
    ]);
  });

  test("shows how far it was read", () => {
    const log = folder.long("long", 100_000);
    const seen: number[] = [];
    const { bytes } = scanLog(log, { onProgress: (now) => seen.push(now.bytes / now.totalBytes) });
    expect(seen.length).toBeGreaterThanOrEqual(Math.floor(bytes / 2 ** 20));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(0.5);
  });

  test("that shrinks while it is read is a fault, not an end", () => {
    const log = folder.long("shrinks", 200_000);
    const shrink = () => writeFileSync(log, "fio version 3 iolog\n");
    expect(faults(log, { onProgress: shrink })).toEqual([
      expect.stringMatching(/the file ended after \d+ of its \d+ bytes/),
    ]);
  });
});
