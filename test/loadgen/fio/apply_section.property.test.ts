import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { testNeeding } from "../../support/needs.ts";
import { problemsIn } from "./reading.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-agreement-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fioAccepts(text: string): boolean {
  const path = join(folder, "some.fio");
  writeFileSync(path, text);
  return spawnSync("fio", ["--parse-only", path], { stdio: "ignore" }).status === 0;
}

/** Lines that fio takes. */
const GOOD = [
  ...["ioengine=libaio", "ioengine=psync", "ioengine=null", "direct=1", "buffered=1"],
  ...["bs=4k", "blocksize=8k,16k", "bs=,64K", "bs=0x1000", "bsrange=4k-16k,8k-32k", "bs=$pagesize"],
  ...["bssplit=4k/60:64k/40", "bssplit=4k/50:8k:16k,32k", "ba=512", "bs=$pagesize*2"],
  ...["rw=randrw", "readwrite=write", "rw=read:8k", "rwmixread=70", "rwmixwrite=20"],
  ...["iodepth=64", "numjobs=4", "size=128m", "io_size=1g", "size=2t", "number_ios=100"],
  ...["runtime=60", "timeout=2m", "runtime=500ms", "time_based", "time_based=0", "stonewall"],
  ...["random_distribution=zipf:1.2", "random_distribution=pareto:0.3:0.5", "norandommap"],
  ...["random_distribution=zoned:60/10:30/20:10/70", "random_distribution=normal:20"],
  ...["percentile_list=50:99:99.9", "mem=mmaphuge", "iomem=shm", "iomem_align=512", "thread"],
  ...["hugepage-size=2m", "group_reporting", "new_group", "wait_for_previous", "kb_base=1000"],
  ...["name=x", "description=some words", "filename=f", "filesize=1m-2m", "nrfiles=2", "nice=1"],
  ...["rate_iops=100", "thinktime=5", "ramp_time=1s", "loops=2", "verify=crc32c", "fsync=1"],
  ...["rate=1m,500k", "rate=,500k", "rate=1m,", "rate_iops=0", "rate_process=poisson"],
  ...["rate_ignore_thinktime=1", "thinktime=5ms", "thinktime_spin=5", "thinktime_blocks=4"],
  ...["thinktime_blocks_type=issue", "startdelay=5", "startdelay=5-10", "startdelay=100ms"],
  ...["io_submit_mode=offload", "latency_target=500", "latency_window=5s", "latency_run=1"],
  ...["latency_percentile=99.9", "ss=iops:5%", "steadystate=bw_slope:1m", "ss_dur=4"],
  ...["ss_ramp=2s", "rate_min=1k", "rate_cycle=500"],
];
const goodLine = fc.constantFrom(...GOOD);

/** Lines that fio refuses. */
const badLine = fc.constantFrom(
  ...["iodpeth=4", "hugepage_size=2m", "group-reporting", "BS=4k", "nosuch", "=5"],
  ...["bs=", "bs", "bs=0", "bs=k", "bsrange=4k", "rw=foo", "rw", "rw=", "rw = read"],
  ...["direct", "direct=true", "direct=2", "thread=x", "thread=", "iodepth=0", "rwmixread=101"],
  ...["random_distribution=zipf:1", "random_distribution=pareto:2", "random_distribution=foo"],
  ...["random_distribution=zoned:60/10:30/20", "random_distribution=normal:200", "mem=foo"],
  ...["random_distribution=zipf:1.2:5", "kb_base=999", "size=abc", "runtime=", "mem = malloc"],
  ...["rwmixcycle=5", "percentage_sequential=5", "hostname=x", "fixedbufs=1"],
  ...["rate", "rate=x", "rate=,", "rate_process=x", "thinktime", "thinktime_blocks_type=x"],
  ...["startdelay=-", "io_submit_mode=x", "latency_percentile=101", "latency_run", "loops="],
  ...["ss=iops", "ss=lat:5", "ss=iops:x", "ss=bw:", "ss_dur=x", "rate_ignore_thinktime=2"],
);

const lines = (line: fc.Arbitrary<string>, most: number) => fc.array(line, { maxLength: most });
const fileOf = (global: string[], first: string[], second: string[]): string =>
  ["[global]", "size=1g", ...global, "[a]", ...first, "[b] ; more", ...second, ""].join("\n");

describe("fio and this reader agree", () => {
  testNeeding("fio", "on each well-formed line by itself", () => {
    const text = GOOD.map((line, i) => `[j${i}]\nsize=1g\n${line}\n`).join("stonewall\n");
    expect([fioAccepts(text), problemsIn(text)]).toEqual([true, []]);
  });

  testNeeding("fio", "on files that are well-formed", () => {
    fc.assert(
      fc.property(lines(goodLine, 5), lines(goodLine, 8), lines(goodLine, 8), (global, a, b) => {
        const text = fileOf(global, a, b);
        expect([fioAccepts(text), problemsIn(text)]).toEqual([true, judged(text)]);
      }),
      { numRuns: 20 },
    );
  });

  testNeeding("fio", "on files with one bad line", () => {
    fc.assert(
      fc.property(lines(goodLine, 5), badLine, lines(goodLine, 5), (before, bad, after) => {
        const text = fileOf([], [...before, bad, ...after], []);
        expect(fioAccepts(text)).toBe(false);
        expect(problemsIn(text)).not.toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

/**
 * What fio finds out only when it runs: O_DIRECT wants whole sectors, two rates exclude each
 * other, a group has one steady state, huge pages have the machine's sizes (kb_base=1000 makes
 * 2,000,000 bytes of 2m); and what is refused here alone: too many actors, and what offloaded
 * submission cannot be combined with.
 */
function judged(text: string): readonly unknown[] {
  const late = [
    /^blocks of \d+ bytes with direct=1$/,
    /^rate and rate_iops together$/,
    /^another steadystate than that of job/,
    /^(?:thinktime|latency_target|read_iolog) with io_submit_mode=offload,/,
    /^\d+ actors together with job/,
    /^huge pages of 2000000 bytes$/,
  ];
  return problemsIn(text).filter(({ found }) => late.some((words) => words.test(found)));
}
