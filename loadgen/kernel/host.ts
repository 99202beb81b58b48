import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import { parsePinCounts } from "./pin_counters.ts";

/** 3.31 is the first fio that writes version 3 of the I/O log; nothing older was tried. */
const LEAST_FIO = [3, 31] as const;
const FIO_ANSWERS_WITHIN_MS = 10_000;

/** What the comparison finds on this computer before it starts. */
export interface HostFacts {
  readonly platform: string;
  /** Effective; undefined where there is no such thing. */
  readonly uid: number | undefined;
  /** The text of /proc/vmstat; undefined: it cannot be read. */
  readonly vmstat: string | undefined;
  /** What `fio --version` printed, or why it printed nothing. */
  readonly fio: { readonly answer: string } | { readonly fault: string };
}

export interface Host {
  /** As `uname -r` has it. */
  readonly kernel: string;
  /** As fio says it: `fio-3.33`. */
  readonly fio: string;
}

/**
 * What the comparison needs from this computer.
 *
 * @throws EnvironmentFault that names everything that is missing at once
 */
export function checkHost(): Host {
  const facts = lookAround();
  const missing = missingFrom(facts);
  // failure.ts puts the program's name before the first one only.
  if (missing.length > 0) throw new EnvironmentFault(missing.join("\npinlab: "), EXIT_MISSING);
  return { kernel: release(), fio: "answer" in facts.fio ? facts.fio.answer : "" };
}

function lookAround(): HostFacts {
  return {
    platform: process.platform,
    uid: process.geteuid?.(),
    vmstat: textOf("/proc/vmstat"),
    fio: askFio(),
  };
}

/** One message for each thing that is missing. */
export function missingFrom({ platform, uid, vmstat, fio }: HostFacts): string[] {
  if (platform !== "linux") {
    return [`the kernel's pin counters are Linux's; this computer runs ${platform}`];
  }
  const missing: string[] = [];
  if (uid !== 0) {
    missing.push("root is needed: only root may flush the counters (/proc/sys/vm/stat_refresh)");
  }
  if (vmstat === undefined) missing.push("/proc/vmstat cannot be read: the pin counters are there");
  else if (parsePinCounts(vmstat) === undefined) {
    missing.push("/proc/vmstat has no nr_foll_pin_acquired: it needs Linux 5.7 or newer");
  }
  const least = `fio ${LEAST_FIO.join(".")} or newer is needed`;
  if ("fault" in fio) missing.push(`${least}: ${fio.fault}`);
  else {
    const [, major = "", minor = ""] = /^fio-(\d+)\.(\d+)/.exec(fio.answer) ?? [];
    if (major === "") missing.push(`${least}; what is called fio here answered "${fio.answer}"`);
    else if (isTooOld(Number(major), Number(minor))) {
      missing.push(`${least}, for its I/O logs; ${fio.answer} was found`);
    }
  }
  return missing;
}

function isTooOld(major: number, minor: number): boolean {
  return major < LEAST_FIO[0] || (major === LEAST_FIO[0] && minor < LEAST_FIO[1]);
}

function askFio(): HostFacts["fio"] {
  const { error, status, signal, stdout } = spawnSync("fio", ["--version"], {
    encoding: "utf8",
    timeout: FIO_ANSWERS_WITHIN_MS,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (error !== undefined) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { fault: "no fio is on the PATH" };
    return { fault: `fio --version cannot be run (${code ?? error.message})` };
  }
  if (status !== 0) return { fault: `fio --version ended with ${signal ?? `status ${status}`}` };
  return { answer: (stdout.split("\n")[0] ?? "").trim().slice(0, 60) };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
