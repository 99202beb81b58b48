import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as actorLayout from "../assembly/shared/actor_layout.ts";
import * as codes from "../assembly/shared/codes.ts";
import * as layout from "../assembly/shared/layout.ts";
import type { Runner, Spent, Subject } from "./subject.ts";

/**
 * No -march: V8 compiles for the processor at hand, but integer code of this kind gains nothing
 * measurable from it (-march=native was tried), and plain x86-64 runs anywhere.
 */
export const GCC_FLAGS = ["-std=c11", "-O3", "-Wall", "-Wextra", "-Werror"];

const SOURCES = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "native/" : "../../bench/native/", import.meta.url),
);

/** Every number of assembly/shared as a C constant; errnos have C names already. */
export function layoutHeader(): string {
  const lines = [layout, actorLayout, codes].flatMap((constants) =>
    Object.entries(constants)
      .filter(([name]) => !/^E[A-Z0-9]+$/.test(name))
      .map(([name, value]) => `#define ${name} ${value}${value < 2 ** 32 ? "u" : "ull"}`),
  );
  return `${lines.join("\n")}\n`;
}

/** A folder for the twin, its header and its images; `close` removes it. */
export class TwinWorkshop {
  readonly folder = mkdtempSync(path.join(tmpdir(), "pinlab-bench-"));
  readonly program = path.join(this.folder, "twin");

  constructor(extraFlags: readonly string[] = []) {
    writeFileSync(path.join(this.folder, "layout.h"), layoutHeader());
    const args = [...GCC_FLAGS, ...extraFlags, "-I", this.folder, "-o", this.program];
    execFileSync("gcc", [...args, path.join(SOURCES, "twin.c")]);
  }

  /** A twin of the subject as it stands now. */
  async twinOf(subject: Subject): Promise<Twin> {
    const image = path.join(this.folder, "image");
    subject.dump(image);
    const bytes = subject.machine.memory.buffer.byteLength;
    const twin = new Twin(spawn(this.program, [image, String(bytes), String(subject.cpu)]));
    await twin.run(0);
    return twin;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The C program, told by pipe what to do. */
export class Twin implements Runner {
  private readonly answers: AsyncIterableIterator<string>;
  private readonly closed: Promise<void>;
  private said = "";

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.said += text;
    });
    this.closed = new Promise((resolve) => child.once("close", () => resolve()));
    // A write to a twin that has died: its last words are in the next answer's error.
    child.stdin.on("error", () => {});
  }

  async run(calls: number): Promise<Spent> {
    const [busyNs, wallNs] = (await this.ask(`run ${calls}`)).split(" ").map(Number);
    if (busyNs === undefined || wallNs === undefined) throw new Error("the twin said no times");
    return { busyNs, wallNs };
  }

  async dump(file: string): Promise<void> {
    await this.ask(`dump ${file}`);
  }

  end(): void {
    this.child.stdin.end();
  }

  private async ask(line: string): Promise<string> {
    this.child.stdin.write(`${line}\n`);
    const { value, done } = await this.answers.next();
    if (!done) return value;
    await this.closed;
    throw new Error(this.said.trim() || "the twin ended without an answer");
  }
}
