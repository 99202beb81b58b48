import { beforeAll, expect, test } from "vitest";
import { compileModule } from "../../src/machine/core.ts";
import { compileLitmus, runLitmus } from "../support/litmus.ts";
import { readWasm } from "../support/wasm_binary.ts";

const LIMIT_MS = 1500;
let binary: Uint8Array<ArrayBuffer>;

// The compiler takes seconds of processor time, and longer beside other work.
beforeAll(async () => {
  binary = await compileLitmus();
});

test("smpMb keeps a later load behind an earlier store, on two real threads", async () => {
  expect(readWasm(binary).imports.map(({ name }) => name)).toContain("env.memory");
  const module = compileModule(binary);
  const without = await runLitmus(module, false, LIMIT_MS);
  const fenced = await runLitmus(module, true, LIMIT_MS);
  // How often this computer shows the outcome unasked depends on its load: told, not judged.
  process.stdout.write(
    `store buffering: both sides read 0 in ${without.forbidden} of ${without.rounds} rounds ` +
      `without smpMb, in ${fenced.forbidden} of ${fenced.rounds} with it\n`,
  );
  expect(fenced.rounds).toBeGreaterThan(0);
  expect(fenced.forbidden).toBe(0);
});
