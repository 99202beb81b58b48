import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { coreBytes } from "../../src/machine/core.ts";
import { readWasm } from "../support/wasm_binary.ts";

const ATOMIC_FENCE = 0xfe03;
const ATOMIC_ADD = 0xfe1e;
const ATOMIC_COMPARE_EXCHANGE = 0xfe48;
const CALL_INDIRECT = 0x11;
const ASYNCIFY = [
  "asyncify_get_state",
  "asyncify_start_rewind",
  "asyncify_start_unwind",
  "asyncify_stop_rewind",
  "asyncify_stop_unwind",
];

/** And of memory/undo.ts. */
const UNDO = ["endStep", "markPlace", "poke", "settle", "settleFrames", "undoTo"];

const native = readWasm(coreBytes("native"));
const traced = readWasm(coreBytes("traced"));
const recorded = readWasm(coreBytes("recorded"));

/** The functions that index.ts defines or passes on. */
function namesOfIndex(): string[] {
  const text = readFileSync(new URL("../../assembly/index.ts", import.meta.url), "utf8");
  const passedOn = [...text.matchAll(/\bexport\s*\{([^}]*)\}/g)]
    .flatMap(([, names = ""]) => names.split(","))
    .map((name) => name.trim().replace(/^.* as /, ""))
    .filter((name) => name !== "");
  const defined = [...text.matchAll(/\bexport function (\w+)/g)].map(([, name = ""]) => name);
  return [...passedOn, ...defined].sort();
}

const namesOf = (parts: readonly { name: string }[]) => parts.map(({ name }) => name).sort();

describe.each([
  ["native", native],
  ["traced", traced],
  ["recorded", recorded],
])("the %s core", (_, binary) => {
  test("keeps nothing outside the shared memory: no data, table, element or start section", () => {
    const known = ["type", "import", "function", "global", "export", "code", "custom"];
    expect(binary.sections.filter((name) => !known.includes(name))).toEqual([]);
    expect(binary.opcodes.has(CALL_INDIRECT)).toBe(false);
  });

  test("imports its memory shared", () => {
    expect(binary.imports.filter(({ kind }) => kind === "memory")).toEqual([
      { name: "env.memory", kind: "memory", shared: true },
    ]);
  });

  test("contains no atomic.fence, which the optimiser deletes where it stands", () => {
    expect(binary.opcodes.has(ATOMIC_FENCE)).toBe(false);
    expect(binary.opcodes.get(ATOMIC_ADD)).toBeGreaterThan(10);
    expect(binary.opcodes.get(ATOMIC_COMPARE_EXCHANGE)).toBeGreaterThan(2);
  });

  test("exports functions only", () => {
    expect(binary.exports.filter(({ kind }) => kind !== "function")).toEqual([]);
  });
});

describe("the native core", () => {
  test("imports the memory and the clock, nothing else", () => {
    expect(namesOf(native.imports)).toEqual(["env.memory", "env.now"]);
  });

  test("has no mutable global", () => {
    expect(native.globals.filter(({ mutable }) => mutable)).toEqual([]);
  });

  test("exports exactly what index.ts names", () => {
    expect(namesOf(native.exports)).toEqual(namesOfIndex());
  });

  test("holds no trace of the seam", () => {
    const text = new TextDecoder("latin1").decode(coreBytes("native"));
    expect(text).not.toMatch(/asyncify|step/);
  });
});

describe("the recorded core", () => {
  test("imports and exports what the native one does, and has no mutable global", () => {
    expect(namesOf(recorded.imports)).toEqual(namesOf(native.imports));
    expect(namesOf(recorded.exports)).toEqual(namesOf(native.exports));
    expect(recorded.globals.filter(({ mutable }) => mutable)).toEqual([]);
  });

  test("is the larger one: the native core carries no hook", () => {
    expect(coreBytes("recorded").length).toBeGreaterThan(coreBytes("native").length + 1000);
  });
});

describe("the traced core", () => {
  test("imports the memory, the clock and the seam, nothing else", () => {
    expect(namesOf(traced.imports)).toEqual(["env.memory", "env.now", "env.step"]);
  });

  test("has no mutable global but asyncify's state and stack", () => {
    expect(traced.globals.filter(({ mutable }) => mutable)).toHaveLength(2);
  });

  test("exports what index.ts names, asyncify's own functions and the way back", () => {
    const names = [...namesOfIndex(), ...ASYNCIFY, ...UNDO].sort();
    expect(namesOf(traced.exports)).toEqual(names);
  });
});
