import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { builtFile } from "../../../src/machine/built.ts";
import { LogFolder } from "../../support/logs.ts";

const folder = new LogFolder();
const PINLAB = fileURLToPath(builtFile("loadgen/main.js"));
const TELL =
  'process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS));' as const;

/** Peak memory in MiB of `pinlab run` that replays so many I/Os, and what it printed. */
function replay(ios: number): { peakMib: number; result: string; progress: string } {
  const log = folder.long(`log-${ios}`, ios);
  const job = `[j]\nioengine=libaio\niodepth=8\ndirect=1\nreplay_no_stall=1\nread_iolog=${log}\n`;
  const args = ["run", folder.write("j.fio", job), "--warmup", "0", "--output-format", "json"];
  const tell = `--import=data:text/javascript,${encodeURIComponent(TELL)}`;
  const ran = spawnSync(process.execPath, [tell, PINLAB, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const peak = /peak (\d+)/.exec(ran.stderr)?.[1];
  return { peakMib: Number(peak) / 1024, result: ran.stdout, progress: ran.stderr };
}

/**
 * A log of thirty times the length takes as much memory; read into memory it would take 300 MiB. It
 * is long enough for a line of progress, which without a terminal comes once a second.
 */
test("memory stays flat however long the log is", () => {
  const short = replay(200_000);
  const long = replay(6_000_000);
  const [job] = JSON.parse(long.result).jobs;
  expect(job.read.total_ios + job.write.total_ios).toBe(6_000_000);
  expect(long.peakMib - short.peakMib).toBeLessThan(30);
  expect(long.progress).toMatch(/\[log \d+%\]/);
});
