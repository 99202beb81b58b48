import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkWritable, writeOutput } from "../../src/results/write_output.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pinlab-output-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function faultOf(act: () => void): EnvironmentFault {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentFault);
    return error as EnvironmentFault;
  }
  throw new Error("nothing was refused");
}

describe("checkWritable", () => {
  test("leaves no trace", () => {
    const path = join(directory, "out.json");
    checkWritable(path);
    expect(readdirSync(directory)).toEqual([]);
    writeFileSync(path, "before");
    checkWritable(path);
    expect(readdirSync(directory)).toEqual(["out.json"]);
    expect(readFileSync(path, "utf8")).toBe("before");
  });

  test.each([
    ["a directory that does not exist", "none/out.json", "its directory does not exist"],
    ["a directory", ".", "it is a directory"],
    ["a path through a file", "file/out.json", "a part of the path is not a directory"],
    ["a name too long", "n".repeat(300), "the name is too long"],
  ])("refuses %s", (_, name, reason) => {
    writeFileSync(join(directory, "file"), "");
    const fault = faultOf(() => checkWritable(join(directory, name)));
    expect(fault.exitStatus).toBe(104);
    expect(fault.message).toContain(reason);
    expect(fault.message).toContain(join(directory, name));
    expect(fault.message).not.toContain("\n");
  });

  test("refuses an empty name", () => {
    expect(faultOf(() => checkWritable("")).message).toContain("the name is empty");
  });

  test("refuses what no one may write, root included", () => {
    expect(faultOf(() => checkWritable("/sys/pinlab.json")).exitStatus).toBe(104);
  });

  test("accepts a device", () => {
    expect(() => checkWritable("/dev/null")).not.toThrow();
  });
});

describe("writeOutput", () => {
  test("writes the whole file and nothing beside it", () => {
    const path = join(directory, "out.json");
    writeOutput(path, "first");
    writeOutput(path, "second, longer");
    expect(readFileSync(path, "utf8")).toBe("second, longer");
    expect(readdirSync(directory)).toEqual(["out.json"]);
  });

  test("keeps the rights of the file that it replaces", () => {
    const path = join(directory, "out.json");
    writeFileSync(path, "before");
    chmodSync(path, 0o640);
    writeOutput(path, "after");
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test("writes through a link", () => {
    writeFileSync(join(directory, "target"), "before");
    symlinkSync("target", join(directory, "link"));
    writeOutput(join(directory, "link"), "after");
    expect(readFileSync(join(directory, "target"), "utf8")).toBe("after");
    expect(readdirSync(directory).sort()).toEqual(["link", "target"]);
  });

  test.skipIf(!existsSync("/dev/full"))("says that no space is left (needs /dev/full)", () => {
    const fault = faultOf(() => writeOutput("/dev/full", "text"));
    expect(fault.message).toContain("no space is left on the device");
    expect(fault.exitStatus).toBe(104);
  });

  test("refuses a directory that has gone since it was checked", () => {
    const path = join(directory, "gone", "out.json");
    mkdirSync(join(directory, "gone"));
    checkWritable(path);
    rmSync(join(directory, "gone"), { recursive: true });
    expect(faultOf(() => writeOutput(path, "text")).message).toContain("does not exist");
  });
});
