import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, runToEnd } from "./support/checkout.ts";
import { ROOT } from "./tidy/project_files.ts";

/** What npm would publish, installed in a project that knows nothing but its name. */

const MAX_BYTES = 3 * 1024 * 1024;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

let folder: string;
let project: string;
let packed: Packed;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-package-"));
  project = path.join(folder, "project");
  fs.mkdirSync(project);
  const pack = await npm(["pack", "--json", "--pack-destination", folder], ROOT);
  expect(pack.status, pack.stderr).toBe(0);
  packed = readPacked(pack.stdout);
  fs.writeFileSync(path.join(project, "package.json"), `{ "name": "other", "type": "module" }\n`);
  const tarball = path.join(folder, packed.filename);
  const install = await npm(["install", "--prefer-offline", "--no-audit", tarball], project);
  expect(install.status, install.stderr).toBe(0);
}, 120_000);

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the tarball", () => {
  test("holds what a run needs", () => {
    const paths = packed.files.map((file) => file.path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "package.json",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "dist/core/native.wasm",
        "dist/core/traced.wasm",
        "dist/core/recorded.wasm",
        "dist/src/index.js",
        "dist/src/index.d.ts",
        "dist/loadgen/main.js",
        "examples/randread-4k.fio",
      ]),
    );
  });

  test("holds nothing else", () => {
    const built = String.raw`dist/(?:src|loadgen|dashboard|assembly|core)/.*\.(?:js|d\.ts|wasm)`;
    const texts = String.raw`package\.json|LICENSE|README\.md|CHANGELOG\.md|(?:docs|examples)/.*`;
    const allowed = new RegExp(`^(?:${built}|dist/page/index\\.html|${texts})$`);
    expect(packed.files.map((file) => file.path).filter((name) => !allowed.test(name))).toEqual([]);
  });

  test("has a program that can be executed", () => {
    const program = packed.files.find((file) => file.path === "dist/loadgen/main.js");
    expect((program?.mode ?? 0) & 0o111).not.toBe(0);
  });

  test("is smaller than 3 MB", () => {
    expect(packed.size).toBeLessThan(MAX_BYTES);
  });
});

describe("another project", { timeout: 60_000 }, () => {
  test("needs no compiler", () => {
    const installed = fs.readdirSync(path.join(project, "node_modules"));
    for (const name of ["assemblyscript", "binaryen", "typescript", "vitest", "@biomejs"]) {
      expect(installed).not.toContain(name);
    }
  });

  test("runs a scenario of its own", async () => {
    const { stdout, stderr, status } = await runScript(`
      import { run } from "pinlab";
      const record = await run({
        name: "tiny",
        run: { durationMs: 300, warmupMs: 0 },
        groups: [{ jobs: [{ name: "reader", timeBased: true, runtimeMs: 300 }] }],
      });
      console.log(record.jobs[0].job.name, record.jobs[0].read.ios > 0);
    `);
    expect([stdout, stderr, status]).toEqual(["reader true\n", "", 0]);
  });

  test("sees the types", () => {
    const types = path.join(project, "node_modules/pinlab/dist/src/index.d.ts");
    expect(fs.readFileSync(types, "utf8")).toMatch(/\brun\b/);
  });

  test("runs an example with npx", async () => {
    const example = "node_modules/pinlab/examples/randread-4k.fio";
    const args = ["--no-install", "pinlab", "run", example, "--duration", "1s", "--warmup", "0s"];
    const { stdout, stderr, status } = await runToEnd("npx", args, {
      cwd: project,
      env: cleanEnv(),
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("reader");
  });

  function runScript(text: string): Promise<Ended> {
    fs.writeFileSync(path.join(project, "script.mjs"), text);
    return runToEnd(process.execPath, ["script.mjs"], { cwd: project });
  }
});

function npm(args: readonly string[], cwd: string): Promise<Ended> {
  return runToEnd("npm", args, { cwd, env: cleanEnv() });
}

/** Under `npm test` npm's own variables describe this project; they are not the user's. */
function cleanEnv(): NodeJS.ProcessEnv {
  const own = /^npm_(?:package|lifecycle|config_local_prefix|command|execpath)|^INIT_CWD$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** A list in npm up to 11, an object by package name after that. */
function readPacked(text: string): Packed {
  const value = JSON.parse(text) as readonly Packed[] | Record<string, Packed>;
  const [first] = Array.isArray(value) ? value : Object.values(value);
  return first as Packed;
}
