import { Command } from "commander";
import { describe, expect, test } from "vitest";
import {
  addSelftestOptions,
  readPages,
  selftestDefaults,
  selftestJob,
} from "../../../loadgen/gup_test/options.ts";
import type { Problem } from "../../../src/scenario/problem.ts";

/** What a command line gives: the job, and what is wrong with it. */
function parse(line: string) {
  const options = selftestDefaults();
  const problems: Problem[] = [];
  const command = new Command("gup-test").argument("[PAGE...]").exitOverride();
  command.configureOutput({ writeErr: () => {} });
  addSelftestOptions(command, options, problems);
  command.parse(line.split(" ").filter(Boolean), { from: "user" });
  const job = selftestJob(options, readPages(command.args, problems));
  return { job, problems, passes: job.passes };
}

describe("the selftest's options", () => {
  test("have its defaults", () => {
    expect(parse("").job).toMatchObject({
      clones: 1,
      bufferPages: 32768,
      pagesPerCall: 1,
      folioOrder: 0,
      bufferFile: undefined,
      passes: { call: "gup-fast", gupFlags: 1, repeats: 1, touchFirst: true, shared: false },
    });
  });

  test.each([
    ["-a", "pin-fast"],
    ["-u", "gup-fast"],
    ["-L", "pin-longterm"],
    ["-U", "gup-basic"],
    ["-b", "pin-basic"],
    ["-c", "dump-get"],
    ["-cp", "dump-pin"],
    ["-pc", "dump-pin"],
    ["-aL", "pin-longterm"],
    ["-La", "pin-fast"],
  ])("%s calls %s: the last one counts", (line, call) => {
    expect(parse(line).passes?.call).toBe(call);
  });

  test.each([
    ["-a -m 512 -j 40", { bufferPages: 131072, clones: 40, folioOrder: 0 }],
    ["-t -m 16384 -r 10 -L -n 512 -w", { bufferPages: 4194304, pagesPerCall: 512, folioOrder: 9 }],
    ["-t -m 64 -r 10 -L -S -n 512 -w", { bufferFile: "/dev/zero", folioOrder: 0 }],
    ["-HL -m 8192 -n 512", { bufferPages: 2097152, folioOrder: 9, bufferFile: undefined }],
    ["-LT -m 8192 -n 512", { folioOrder: 0, pagesPerCall: 512 }],
    ["-tT", { folioOrder: 0 }],
    ["-Tt", { folioOrder: 9 }],
    ["-f /data", { bufferFile: "/data" }],
    ["-f/data -tH", { bufferFile: undefined, folioOrder: 9 }],
    ["-n -1", { pagesPerCall: 32768 }],
    ["-m2 -n 9999", { pagesPerCall: 512 }],
    ["-n -1 -m 1", { pagesPerCall: 256 }],
  ])("%s", (line, job) => {
    const parsed = parse(line);
    expect(parsed.problems).toEqual([]);
    expect(parsed.job).toMatchObject(job);
  });

  test("-ct -F 0x1 0 19 0x1000 shows three pages", () => {
    const { job, passes } = parse("-ct -F 0x1 0 19 0x1000");
    expect([job.folioOrder, passes?.gupFlags, passes?.dump]).toEqual([9, 1, [0, 19, 4096]]);
    expect(parse("-c").passes?.dump).toEqual([0]);
    expect(parse("5 -c 6").passes?.dump).toEqual([5, 6]);
  });

  test("-F is a number as strtol() reads it, and -W takes the write away", () => {
    expect(parse("-F 0x100 -W").passes?.gupFlags).toBe(256);
    expect(parse("-F 010 -W").passes?.gupFlags).toBe(8);
    expect(parse("-F0xffffffff").passes?.gupFlags).toBe(2 ** 32 - 1);
  });

  test("-r repeats what is timed, nothing else", () => {
    for (const [flag, repeats] of [
      ["-a", 7],
      ["-u", 7],
      ["-L", 7],
      ["-b", 1],
      ["-c", 1],
    ]) {
      expect(parse(`${flag} -r 7`).passes?.repeats).toBe(repeats);
    }
  });

  test.each([
    "-m 0",
    "-m x",
    "-m 65537",
    "-r 0",
    "-j 129",
    "-n 0",
    "-n -2",
    "-F 0x1ffffffff",
    "-c 1x",
    "-c 0 1 2 3 4 5 6 7 8",
  ])("%s is one problem", (line) => {
    expect(parse(line).problems).toHaveLength(1);
  });

  test("an unknown one is commander's to refuse", () => {
    expect(() => parse("-q")).toThrow("unknown option '-q'");
    expect(() => parse("-m")).toThrow("argument missing");
  });
});
