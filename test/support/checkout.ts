import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { listProjectFiles, ROOT } from "../tidy/project_files.ts";

/** What a program said and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** A scratch copy of the project, with the installed packages linked in, and no dist/. */
export class Checkout {
  private constructor(readonly root: string) {}

  /** The whole project as a clone would have it. */
  static ofProject(): Checkout {
    return Checkout.#withFiles(listProjectFiles());
  }

  /** The scripts and settings alone, around a program and a core of a few lines. */
  static withStandIns(): Checkout {
    const settings = /^(?:scripts\/.*|package(?:-lock)?\.json|tsconfig\.json|asconfig\.json)$/;
    const checkout = Checkout.#withFiles(listProjectFiles().filter((name) => settings.test(name)));
    for (const [name, text] of Object.entries(STAND_INS)) checkout.write(name, text);
    return checkout;
  }

  static #withFiles(names: readonly string[]): Checkout {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-checkout-"));
    const checkout = new Checkout(fs.realpathSync(folder));
    for (const name of names) {
      fs.mkdirSync(path.dirname(checkout.path(name)), { recursive: true });
      fs.copyFileSync(path.join(ROOT, name), checkout.path(name));
    }
    checkout.#linkPackages();
    return checkout;
  }

  path(name: string): string {
    return path.join(this.root, name);
  }

  read(name: string): string {
    return fs.readFileSync(this.path(name), "utf8");
  }

  write(name: string, text: string): void {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
  }

  /** `node scripts/start.mjs …` while it runs. */
  spawnStart(...args: string[]): ChildProcess {
    return spawn(process.execPath, ["scripts/start.mjs", ...args], { cwd: this.root });
  }

  start(...args: string[]): Promise<Ended> {
    return ended(this.spawnStart(...args));
  }

  remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  /** Links, not copies: quick, and what an install removes is the link. */
  #linkPackages(): void {
    const installed = path.join(ROOT, "node_modules");
    fs.mkdirSync(this.path("node_modules"));
    for (const name of fs.readdirSync(installed)) {
      if (name.startsWith(".pinlab") || name === ".vite" || name === ".vitest") continue;
      const target = path.join(installed, name);
      if (name === ".package-lock.json") {
        fs.copyFileSync(target, this.path(`node_modules/${name}`));
      } else fs.symlinkSync(target, this.path(`node_modules/${name}`));
    }
  }
}

/** Waits for a program to end. */
export function ended(child: ChildProcess): Promise<Ended> {
  const begun = performance.now();
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.on("data", (bytes: Buffer) => {
      texts[name] += bytes.toString();
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ ...texts, status, elapsedMs: performance.now() - begun });
    });
  });
}

/** Runs a program to its end. */
export function runToEnd(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return ended(spawn(command, args, options));
}

const STAND_INS: Readonly<Record<string, string>> = {
  "assembly/shared/layout.ts": "export const OFFSET = 8;\n",
  "assembly/index.ts": `import { OFFSET } from "./shared/layout";
export function raise(at: usize): i32 {
  return atomic.add<i32>(at + OFFSET, 1);
}
`,
  "assembly/memory/undo.ts": "export function settle(): void {}\n",
  "dashboard/client/vite.config.ts": `import { defineConfig } from "vite";
export default defineConfig({ root: import.meta.dirname });
`,
  "dashboard/client/index.html": "<!doctype html><title>a page</title>\n",
  "src/index.ts": `export const answer: number = 42;\n`,
  "bench/main.ts": "export {};\n",
  // Says what it was given; `wait` waits for interrupts, `exit N` ends with N.
  "loadgen/main.ts": `import { answer } from "../src/index.ts";
const args = process.argv.slice(2);
console.log(JSON.stringify({ answer, args }));
if (args[0] === "exit") process.exitCode = Number(args[1]);
if (args[0] === "wait") {
  let interrupts = 0;
  process.on("SIGINT", () => {
    interrupts += 1;
    setTimeout(() => {
      console.log(\`interrupts: \${interrupts}\`);
      process.exit(105);
    }, 100);
  });
  setTimeout(() => {}, 30_000);
  console.log("waiting");
}
`,
};
