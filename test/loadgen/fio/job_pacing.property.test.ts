import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Job } from "../../../src/scenario/scenario.ts";
import { testNeeding } from "../../support/needs.ts";
import { jobWith, problemsIn } from "./reading.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-pacing-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fio(text: string, ...args: string[]): { status: number | null; output: string } {
  const path = join(folder, "some.fio");
  writeFileSync(path, text);
  const { status, stdout, stderr } = spawnSync("fio", [...args, path], { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** The numbers that fio reads from each line, in us and bytes, as it says when asked. */
function numbersOfFio(lines: readonly string[]): number[][] {
  const text = lines.map((line, i) => `[j${i}]\n${line}\n`).join("");
  const { output } = fio(text, "--debug=parse", "--parse-only");
  const numbers: number[][] = [];
  for (const said of output.split("\n")) {
    if (/ handle_option=/.test(said)) numbers.push([]);
    const found = /ret=0, out=(\d+)$|threshold to ([\d.]+)%?$/.exec(said);
    if (found) numbers.at(-1)?.push(Number(found[1] ?? found[2]));
  }
  return numbers;
}

const unit = fc.constantFrom("", "us", "ms", "s", "msec", "usec", "S");
const time = fc.tuple(fc.integer({ min: 1, max: 86_000 }), unit).map((parts) => parts.join(""));
const size = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom("", "k", "m", "Kb", "g"))
  .map((parts) => parts.join(""));
const pair = fc.tuple(size, size).map((sizes) => sizes.join(","));
const range = fc.tuple(fc.nat(50), fc.nat(50)).map(([low, more]) => `${low}-${low + more}`);
const limit = fc.double({ min: 0.001, max: 1000, noNaN: true }).map((value) => value.toFixed(3));

/** Each option with values for it, and what a job makes of them, in fio's units. */
const OPTIONS: [string, fc.Arbitrary<string>, (job: Job) => (number | undefined)[]][] = [
  ["thinktime", time, ({ thinktime }) => [(thinktime?.pauseNs ?? 0) / 1000]],
  ["ramp_time", time, ({ rampMs }) => [(rampMs ?? 0) * 1000]],
  ["startdelay", time, ({ startDelayMs }) => [startDelayMs * 1000]],
  ["latency_target", time, ({ latencyGoal }) => [(latencyGoal?.targetNs ?? 0) / 1000]],
  ["rate", pair, ({ arrivals }) => [arrivals?.read?.aSecond, arrivals?.write?.aSecond]],
  ["rate_iops", size, ({ arrivals }) => [arrivals?.read?.aSecond]],
  ["loops", fc.integer({ min: 1, max: 99_999 }).map(String), ({ loops }) => [loops]],
];

describe("fio reads the same numbers", () => {
  for (const [name, values, of] of OPTIONS) {
    testNeeding("fio", `from ${name}=`, () => {
      const samples = fc.sample(values, { numRuns: 60, seed: 7 });
      const lines = samples.map((value) => `${name}=${value}`);
      const ours = lines.map((line) => of(jobWith("rw=rw", line)).map((x) => Math.round(x ?? 0)));
      expect(ours).toEqual(numbersOfFio(lines));
    });
  }

  testNeeding("fio", "from ss=, and from the ends of a startdelay range", () => {
    const steady = fc.sample(limit, { numRuns: 30, seed: 7 });
    const criteria = steady.flatMap((value) => [`ss=iops:${value}%`, `ss=iops_slope:${value}`]);
    const ours = criteria.map((line) => [jobWith(line, "ss_dur=1").steadyState?.limit]);
    expect(ours).toEqual(numbersOfFio(criteria));
    const ranges = fc.sample(range, { numRuns: 30, seed: 7 }).map((value) => `startdelay=${value}`);
    numbersOfFio(ranges).forEach(([low = -1, high = -1], i) => {
      const drawn = jobWith(ranges[i] ?? "").startDelayMs * 1000;
      expect([low <= drawn, drawn <= high]).toEqual([true, true]);
    });
  });
});

/** What fio finds only when it starts; the null engine ends at once. */
function runs(body: string): { fio: boolean; here: boolean } {
  const text = body.replaceAll(/^(\[.*\])$/gm, "$1\nioengine=psync\nsize=4k");
  const { status, output } = fio(text.replaceAll("psync", "null"));
  return { fio: status === 0 && !/rejected/.test(output), here: problemsIn(text).length === 0 };
}

describe("fio refuses the same", () => {
  for (const body of [
    "[a]\nrate=1m\nrate_iops=5\n",
    "[a]\nrate=1m,\nrate_iops=,5\n",
    "[a]\nrw=write\nrate=1g,0\nrate_iops=0,5\n",
    "[a]\nss=iops:5%\nss_dur=5\n[b]\n",
    "[a]\nss=iops:5%\nss_dur=5\n[b]\nss=iops:5%\nss_dur=5\nss_ramp=1\n",
  ]) {
    testNeeding("fio", JSON.stringify(body), () => {
      expect(runs(body)).toEqual({ fio: false, here: false });
    });
  }

  for (const body of [
    "[a]\nrate=1g\nrate_iops=0\n",
    "[a]\nrate=1g\nrate_process=poisson\n",
    "[a]\nthinktime=5\nthinktime_spin=10\n",
    "[a]\nlatency_target=1s\nlatency_window=5\nlatency_percentile=0\n",
    "[a]\nss=iops:5%\n",
    "[a]\nss_dur=5\n[b]\nss_dur=5\n",
    "[a]\nss=iops:5%\nss_dur=5\n[b]\nnew_group\n",
    "[a]\nss=iops:5%\nss_dur=500ms\n",
  ]) {
    testNeeding("fio", `and takes ${JSON.stringify(body)}`, () => {
      expect(runs(body)).toEqual({ fio: true, here: true });
    });
  }
});
