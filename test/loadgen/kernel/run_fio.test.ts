import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runFio } from "../../../loadgen/kernel/run_fio.ts";
import { Scratch } from "../../../loadgen/kernel/scratch.ts";

let folder = "";
let scratch: Scratch;
beforeEach(() => {
  // Not where the system's temporary files may be in memory.
  folder = mkdtempSync(join(process.cwd(), "node_modules", ".pinlab-run-fio-"));
  scratch = Scratch.create([folder, tmpdir()], 4096);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  scratch.remove();
  rmSync(folder, { recursive: true });
});

const WAITS = "exec sleep 600";

function runScript(script: string, deadlineMs = 1e6, signal = new AbortController().signal) {
  const path = join(folder, "fio");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return runFio(scratch, "[j]\n", { signal, deadlineMs, onTick: () => {} });
}

describe("fio", () => {
  test("is given the job file, and its output and its end are told", async () => {
    const end = await runScript('cat "$3" > fio.json; echo said; exit 3');
    expect(end).toEqual({ exitCode: 3, signal: null, result: "[j]\n", printed: "said\n" });
  });

  test("that takes too long is ended", async () => {
    await expect(runScript(WAITS, 1)).rejects.toMatchObject({
      message: "fio did not end within 1.00ms",
      exitStatus: 98,
    });
  });

  test("that fills the disk is ended", async () => {
    vi.spyOn(scratch, "freeBytes").mockReturnValue(1000);
    await expect(runScript(WAITS)).rejects.toMatchObject({
      message: expect.stringMatching(/^fio's I\/O logs have filled the disk of .* set TMPDIR to/),
      exitStatus: 98,
    });
  });

  test("is ended by a signal, and that is no fault", async () => {
    const controller = new AbortController();
    const end = runScript(WAITS, 1e6, controller.signal);
    controller.abort();
    expect(await end).toMatchObject({ exitCode: null, signal: "SIGTERM" });
  });

  test("that is killed takes its jobs along", async () => {
    // The job holds the pipe open: without its end there is none of fio's.
    const end = await runScript("sleep 600 & sleep 1; kill -KILL $$");
    expect(end).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  });

  test("that is not there is a fault", async () => {
    vi.stubEnv("PATH", folder);
    const options = { signal: new AbortController().signal, deadlineMs: 1e6, onTick: () => {} };
    await expect(runFio(scratch, "", options)).rejects.toMatchObject({
      message: "fio cannot be run (ENOENT)",
      exitStatus: 98,
    });
  });
});

test("a scratch directory is gone when it is removed", () => {
  scratch.remove();
  expect(existsSync(scratch.path)).toBe(false);
});
