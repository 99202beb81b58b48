import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { builtFile } from "../../../src/machine/built.ts";

const MAIN = fileURLToPath(builtFile("loadgen/main.js"));

function gupTest(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, "gup-test", ...args], { encoding: "utf8" });
}

/** Figures that differ from run to run, taken out. */
const shape = (text: string): string[] =>
  text
    .replace(/get:\d+ put:\d+/g, "get:N put:N")
    .trimEnd()
    .split("\n");

const TOTALS = "fail:0 xfail:0 xpass:0 skip:0 error:0";

test("-a on two threads prints the selftest's lines, and nothing else", () => {
  const { status, stdout, stderr } = gupTest("-a", "-m", "4", "-n", "512", "-j", "2", "-r", "2");
  const line = "# PIN_FAST_BENCHMARK: Time: get:N put:N us# ";
  expect(shape(stdout)).toEqual([
    "TAP version 13",
    "1..2",
    line,
    line,
    "ok 1 ioctl status 0",
    line,
    line,
    "ok 2 ioctl status 0",
    `# Totals: pass:2 ${TOTALS}`,
  ]);
  expect([status, stderr]).toEqual([0, ""]);
});

test("-c shows the page of a huge page: a reference a call, no pin; with -p pins", () => {
  const got = gupTest("-ct", "-m", "4", "-n", "-1", "19").stdout;
  expect(got).toMatch(/# page: refcount:513 mapcount:1 .* index:0x40013 pfn:0x\w+\n/);
  expect(got).toMatch(/# head: order:9 .* pincount:0\n/);
  expect(gupTest("-ctp", "-m", "4").stdout).toMatch(/# head: order:9 .* pincount:512\n/);
});

test("-L of a shared file is cut short, as under Linux; rules 5.7 allow it", () => {
  const args = ["-L", "-S", "-f", "/data", "-m", "1"];
  expect(gupTest(...args).stdout).toContain("us# , truncated (size: 0)# \nok 1");
  expect(gupTest(...args, "--rules", "5.7").stdout).not.toContain("truncated");
  expect(gupTest("-L", "-S", "-m", "1").stdout).not.toContain("truncated");
});

test("the zero page is not pinned under 6.13; a scheme that cannot tell says nothing", () => {
  const args = ["-b", "-z", "-W", "-m", "1", "-n", "-1"];
  expect(gupTest(...args).stdout).toContain("# pages[0] is NOT dma-pinned\n# page: refcount:1 ");
  expect(gupTest(...args, "--rules", "5.7").stdout).not.toContain("NOT");
  expect(gupTest(...args, "--scheme", "refcount").stdout).not.toContain("NOT");
});

test("what is wrong is said once, with status 104", () => {
  for (const [args, words] of [
    [["-q"], "unknown option '-q'"],
    [["-m", "none"], '-m: "none"'],
    [["7"], "PAGE: 1 pages to show, and no -c"],
    [["--scheme", "best"], '--scheme: "best"'],
    [["--scheme", "lru-count+lock"], "--scheme: lru-count+lock: it has its own lock"],
    [["-m", "65536", "-j", "100"], /accepted: up to \d+ MiB with 100 threads/],
  ] as const) {
    const { status, stdout, stderr } = gupTest(...args);
    expect([status, stdout]).toEqual([104, ""]);
    expect(stderr).toMatch(words);
  }
});
