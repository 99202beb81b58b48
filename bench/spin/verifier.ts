import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { wallNs } from "../time.ts";

const MODEL = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts")
      ? "pin_vs_mkclean.pml"
      : "../../../bench/spin/pin_vs_mkclean.pml",
    import.meta.url,
  ),
);

/** Safety alone: assertions, and ends that are none. */
const GCC_FLAGS = ["-O2", "-DSAFETY"];
/** No list of what was not reached; a hash table of 2^16 slots: the usual 2^24 take 0.1 s. */
const RUN_FLAGS = ["-n", "-w16"];

/** What a checker has come to, and by how much work. */
export interface Finding {
  /** `passed` or `violated`; `stopped` is neither. */
  readonly verdict: string;
  /** Different ones that were stored; undefined: it was over before states were told apart. */
  readonly states: number | undefined;
  readonly transitions: number;
  readonly ns: number;
}

/** Why the section cannot run here; undefined: it can. */
export function missingTools(): string | undefined {
  const has = (tool: string, flag: string) =>
    spawnSync(tool, [flag], { stdio: "ignore" }).error === undefined;
  const missing = [
    ...(has("spin", "-V") ? [] : ["spin"]),
    ...(has("gcc", "--version") ? [] : ["gcc"]),
  ];
  if (missing.length === 0) return undefined;
  const names = missing.join(" and ");
  return `the section spin needs ${names}: install what is missing, or name other sections`;
}

/** `Spin Version 6.5.2`. */
export function spinVersion(): string {
  return execFileSync("spin", ["-V"], { encoding: "utf8" }).split(" --")[0] as string;
}

/** A folder for the verifiers that SPIN writes and gcc compiles; `close` removes it. */
export class SpinWorkshop {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "pinlab-spin-"));
  #made = 0;
  /** What generating and compiling has taken, a verifier each. */
  readonly buildsNs: number[] = [];

  /** The model's verifier with these constants; `reduces`: by partial order reduction. */
  verifierOf(constants: Readonly<Record<string, string>>, reduces: boolean): Verifier {
    const cwd = path.join(this.#folder, String(this.#made++));
    mkdirSync(cwd);
    const begin = wallNs();
    const defines = Object.entries(constants).map(([name, value]) => `-D${name}=${value}`);
    execFileSync("spin", [...defines, "-a", MODEL], { cwd });
    const flags = reduces ? GCC_FLAGS : [...GCC_FLAGS, "-DNOREDUCE"];
    execFileSync("gcc", [...flags, "-o", "pan", "pan.c"], { cwd });
    this.buildsNs.push(wallNs() - begin);
    return new Verifier(cwd);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A compiled verifier in its folder. */
export class Verifier {
  constructor(private readonly cwd: string) {}

  /** From the start of its process to its end. */
  run(): Finding {
    const begin = wallNs();
    const program = path.join(this.cwd, "pan");
    const report = execFileSync(program, RUN_FLAGS, { cwd: this.cwd, encoding: "utf8" });
    return { ...readReport(report), ns: wallNs() - begin };
  }
}

/** What a verifier's report says. */
export function readReport(report: string): Omit<Finding, "ns"> {
  const numberOf = (pattern: RegExp): number => Number(pattern.exec(report)?.[1]);
  const errors = numberOf(/errors: (\d+)/);
  const isBroken = /^pan:\d+: (?:assertion violated|invalid end state)/m.test(report);
  const isCut = report.includes("max search depth too small");
  // It stops at the first error; one of another kind, and a search cut short, are no verdict.
  if (errors !== Number(isBroken) || isCut) {
    throw new Error(`a verifier of SPIN came to no verdict:\n${report}`);
  }
  return {
    verdict: isBroken ? "violated" : "passed",
    states: numberOf(/(\d+) states, stored/),
    transitions: numberOf(/(\d+) transitions/),
  };
}
