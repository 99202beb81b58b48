import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { test } from "vitest";

/** What some tests need and a machine may lack. */
export type Tool =
  | "fio"
  | "fio_jsonplus_clat2csv"
  | "java-hdrhistogram"
  | "root"
  | "kernel-pins"
  | "chromium"
  | "python3"
  | "python3-prometheus-client"
  | "gcc"
  | "spin";

/** Debian's libhdrhistogram-java. */
export const HDRHISTOGRAM_JAR = "/usr/share/java/hdrhistogram.jar";

/** Why a tool cannot be used here; undefined: it can. */
export function needs(tool: Tool): { missing: string | undefined } {
  switch (tool) {
    case "root":
      return { missing: process.getuid?.() === 0 ? undefined : "not run as root" };
    case "kernel-pins":
      return { missing: missingKernelPins() };
    case "java-hdrhistogram":
      return { missing: missingJava() };
    case "python3":
      return { missing: missingPython("xml.etree.ElementTree") };
    case "python3-prometheus-client":
      return { missing: missingPython("prometheus_client.openmetrics.parser") };
    case "fio":
    case "gcc":
    case "chromium":
      return { missing: answers(tool, "--version") ? undefined : `${tool} is not installed` };
    case "spin":
      return { missing: missingSpin() };
    case "fio_jsonplus_clat2csv":
      return {
        missing: answers(tool, "--help") ? undefined : "fio_jsonplus_clat2csv is not installed",
      };
  }
}

/**
 * A test that needs a tool: without it, it is skipped and says why in its title; where CI is
 * "true" it fails instead.
 */
export function testNeeding(
  tool: Tool,
  name: string,
  run: () => void | Promise<void>,
  timeoutMs?: number,
): void {
  const { missing } = needs(tool);
  if (missing === undefined) test(name, run, timeoutMs);
  else if (process.env.CI === "true") {
    test(name, () => {
      throw new Error(`${missing}, and with CI=true nothing is skipped`);
    });
  } else test.skip(`${name} (skipped: ${missing})`, run);
}

/** fio, and the kernel's pin counters, which root alone can flush. */
function missingKernelPins(): string | undefined {
  if (!answers("fio", "--version")) return "fio is not installed";
  try {
    accessSync("/proc/sys/vm/stat_refresh", constants.W_OK);
    const counts = readFileSync("/proc/vmstat", "utf8").includes("nr_foll_pin_acquired");
    return counts ? undefined : "this kernel does not count pins";
  } catch {
    return "the kernel's counters cannot be flushed";
  }
}

/** What writes verifiers, and what compiles them. */
function missingSpin(): string | undefined {
  if (!answers("spin", "-V")) return "spin is not installed";
  return answers("gcc", "--version") ? undefined : "gcc is not installed";
}

/** A Java that compiles (the reader in test/results is a source file) and the library. */
function missingJava(): string | undefined {
  if (!existsSync(HDRHISTOGRAM_JAR)) return "libhdrhistogram-java is not installed";
  const modules = spawnSync("java", ["--list-modules"], { encoding: "utf8" });
  if (modules.error !== undefined) return "java is not installed";
  return modules.stdout.includes("jdk.compiler") ? undefined : "this java has no compiler";
}

function missingPython(module: string): string | undefined {
  return pythonWith(module) === undefined ? `no python3 here has ${module}` : undefined;
}

const pythons = new Map<string, string | undefined>();

/** A python3 that can import the module: Debian's own, or else the first one found. */
export function pythonWith(module: string): string | undefined {
  if (!pythons.has(module)) {
    const can = (python: string) =>
      spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
    pythons.set(module, ["/usr/bin/python3", "python3"].find(can));
  }
  return pythons.get(module);
}

function answers(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: "ignore" }).status === 0;
}
