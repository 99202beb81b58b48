import { readFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import { packageFile } from "./built.ts";
import { V8_FLAGS } from "./core.ts";

/** What figures depend on besides the scenario; unlike environments are not compared. */
export interface MachineEnvironment {
  readonly pinlab: string;
  readonly node: string;
  readonly v8: string;
  readonly os: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly wasmSha256: string;
  readonly v8Flags: string;
}

/** Version of this package. */
export function packageVersion(): string {
  const text = readFileSync(packageFile("package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

export function describeEnvironment(wasmSha256: string): MachineEnvironment {
  return {
    pinlab: packageVersion(),
    node: process.version,
    v8: process.versions.v8,
    os: `${type()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cpus: cpus().length,
    wasmSha256,
    v8Flags: V8_FLAGS,
  };
}
