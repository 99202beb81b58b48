import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { MAIN } from "../../support/kernel_command.ts";

function check(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const words = [MAIN, "check", ...args];
  return spawnSync(process.execPath, words, { encoding: "utf8", timeout: 60_000 });
}

describe("pinlab check", () => {
  test("--list names every race with its story", () => {
    const { status, stdout } = check("--list");
    expect(status).toBe(0);
    expect(stdout).toContain("dio-vs-writeback\n");
    expect(stdout).toContain("lore:20180103100430.GE4911@quack2.suse.cz");
    expect(stdout.split("\n").filter((line) => /^[a-z]/.test(line)).length).toBeGreaterThan(8);
  });

  test("tells a counterexample as a timeline, with the line that replays it", () => {
    const { status, stdout } = check("mapcount-vs-munmap", "--scheme", "mapcount+lock", "--quiet");
    expect(status).toBe(0);
    expect(stdout).toContain("no-false-negative: CPU 1 was told that page 1 is not pinned");
    expect(stdout).toContain("CPU1 writeback");
    expect(stdout).toContain("page 1 _mapcount 2 → 1");
    const [, ...replay] = /replay: pinlab check (.*)/.exec(stdout)?.[1]?.split(" ") ?? [];
    const again = check("mapcount-vs-munmap", ...replay);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain("no-false-negative: CPU 1 was told that page 1 is not pinned");
  });

  test("--format json is the same each time, byte for byte", () => {
    const [first, second] = [0, 1].map(() =>
      check("pin-vs-munmap", "try-get-vs-put", "--format", "json", "--quiet"),
    );
    expect(first?.status).toBe(0);
    expect(second?.stdout).toBe(first?.stdout);
    expect(JSON.parse(first?.stdout ?? "").results[0]).toMatchObject({
      race: "pin-vs-munmap",
      outcome: "passed",
    });
  });

  test("--matrix is a table of verdicts, those of the scheme as posted in brackets", () => {
    const { status, stdout } = check("page-lock-post-pass", "--matrix", "--quiet");
    expect(status).toBe(0);
    expect(stdout).toContain("recheck                before-lock   under-lock\n");
    expect(stdout).toContain("bias+lock-post         mkw          [ok]\n");
    expect(stdout).toContain("mapcount+lock-post    [mkw]          ok\n");
    expect(stdout).toContain("stable-pages (yes, no) changes no verdict.\n");
    expect(stdout).toMatch(/\n144 checks: 60 passed, 84 violated, 0 stopped; 0 not as expected; /);
  });

  test("a limit is no proof: status 97", () => {
    const args = ["pin-vs-mkclean", "--scheme", "bias", "--preemptions", "1", "--quiet"];
    const { status, stdout } = check(...args);
    expect(status).toBe(97);
    expect(stdout).toContain("stopped (preemption-bound)");
  });

  test("every problem at once, status 104", () => {
    const { status, stderr } = check("pin-vs-mkclaen", "--scheme", "bais", "--preemptions", "x");
    expect(status).toBe(104);
    expect(stderr).toContain("did you mean pin-vs-mkclean?");
    expect(stderr).toContain("did you mean bias?");
    expect(stderr).toContain("--preemptions");
  });

  test.each([
    ["AAAA", "a token that is cut or mistyped"],
    ["", "a token that is cut or mistyped"],
  ])("refuses the token %j", (token, words) => {
    const { status, stderr } = check("pin-vs-munmap", "--scheme", "bias", "--replay", token);
    expect(status).toBe(104);
    expect(stderr).toContain(words);
  });
});

test("Ctrl-C ends an exploration as it is: what was found is told, status 105", async () => {
  const words = ["two-pins-vs-writeback", "--scheme", "bias", "--exhaustive", "--format", "json"];
  const child = spawn(process.execPath, [MAIN, "check", ...words]);
  const output = text(child.stdout);
  // The first line of progress: it is under way.
  await once(child.stderr, "data");
  child.kill("SIGINT");
  const [status] = await once(child, "exit");
  expect(status).toBe(105);
  const { results } = JSON.parse(await output);
  expect(results).toMatchObject([{ outcome: "stopped", reason: "interrupted" }]);
});
