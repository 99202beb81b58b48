import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import AxeBuilder from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { ROOT } from "../tidy/project_files.ts";

/** Debian's Chromium, and the program whose page it opens. */

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
}

/** A page that fails the test for whatever it says on its console. */
export async function newPage(
  browser: Browser,
  options: { readonly dark?: boolean; readonly width?: number } = {},
): Promise<Page> {
  const page = await browser.newPage({
    colorScheme: options.dark ? "dark" : "light",
    reducedMotion: "reduce",
    viewport: { width: options.width ?? 1280, height: 900 },
  });
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => {
    throw new Error(`the page threw: ${error.message}`);
  });
  return page;
}

/** `pinlab …` as a program of its own, once it has printed its address. */
export class Served {
  private constructor(
    readonly child: ChildProcess,
    /** May turn knobs; may look. */
    readonly control: string,
    readonly view: string,
  ) {}

  static async start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Served> {
    const program = path.join(ROOT, "dist/loadgen/main.js");
    const child = spawn(process.execPath, [program, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const addresses = new Promise<Served>((resolve, reject) => {
      const hear = (bytes: Buffer): void => {
        said += String(bytes);
        const [, control, view] = /dashboard: (\S+)\n\s*to look: (\S+)\n/.exec(said) ?? [];
        if (control && view) resolve(new Served(child, control, view));
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("close", () => reject(new Error(`it ended before it listened: ${said}`)));
    });
    return addresses;
  }

  get port(): string {
    return new URL(this.control).port;
  }

  /** Ends it as Ctrl-C does; its exit status. */
  async end(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill("SIGINT");
    const [status] = (await once(this.child, "close")) as [number | null];
    return status;
  }
}

/** Nothing that axe calls serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AxeBuilder.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: AxeViolation[] }> };
    };
    return (await axe.run()).violations;
  });
  const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
