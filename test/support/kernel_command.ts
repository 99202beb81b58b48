import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtFile } from "../../src/machine/built.ts";

export const MAIN = fileURLToPath(builtFile("loadgen/main.js"));

interface Counted {
  readonly ios: number;
  readonly pins_acquired: number;
  readonly pins_released: number;
  readonly pins_per_io: number | null;
}

/** What of the JSON the tests look at. */
export interface KernelJson {
  readonly verdict: { readonly kind: string; readonly agrees: boolean; readonly text: string };
  readonly kernel: Counted;
  readonly emulator: Counted;
  readonly jobs: readonly { readonly emulator: Counted & { readonly refused: boolean } }[];
  readonly environment: { readonly extents: number | null };
  readonly notes: readonly string[];
}

/** A place for scratch files, and the command run on it. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "pinlab-kernel-test-"));
  readonly scratch = join(this.folder, "scratch");
  readonly tools = join(this.folder, "tools");

  constructor() {
    mkdirSync(this.scratch);
    mkdirSync(this.tools);
  }

  /** Runs `pinlab kernel -`. */
  kernel(job: string, args: readonly string[] = ["--quiet"], env: NodeJS.ProcessEnv = {}) {
    return spawnSync(process.execPath, [MAIN, "kernel", "-", ...args], {
      cwd: this.scratch,
      env: { ...process.env, TMPDIR: this.scratch, ...env },
      input: job,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
  }

  /** The same with its JSON. */
  compared(job: string, env: NodeJS.ProcessEnv = {}) {
    const ended = this.kernel(job, ["--quiet", "--format", "json"], env);
    if (ended.stdout === "") throw new Error(`status ${ended.status}: ${ended.stderr}`);
    return { ...ended, json: JSON.parse(ended.stdout) as KernelJson };
  }

  /** The same with a shell script in the place of fio. */
  withFio(script: string, job: string, args: readonly string[] = ["--quiet"]) {
    const path = join(this.tools, "fio");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return this.kernel(job, args, { PATH: `${this.tools}:${process.env.PATH}` });
  }

  /** Scratch directories that were left. */
  left(): string[] {
    return readdirSync(this.scratch);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
