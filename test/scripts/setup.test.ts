import fs from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Checkout, ended } from "../support/checkout.ts";

/** The set-up's decisions, on a checkout whose program and core take a second to build. */
describe("a checkout that was set up", { timeout: 60_000 }, () => {
  let checkout: Checkout;

  beforeAll(async () => {
    checkout = Checkout.withStandIns();
    const first = await checkout.start("first");
    expect(first.stderr).toBe("building…\n");
    expect(first.stdout).toContain('"args":["first"]');
  });

  afterAll(() => checkout.remove());

  /** Every test begins with nothing stale. */
  beforeEach(async () => {
    await checkout.start();
    expect((await checkout.start()).stderr).toBe("");
  });

  test("passes arguments on", async () => {
    const { stdout, status } = await checkout.start("run", "other.fio", "--scheme", "exact");
    expect(stdout).toContain('"args":["run","other.fio","--scheme","exact"]');
    expect(status).toBe(0);
  });

  test("runs the first example without arguments", async () => {
    const { stdout } = await checkout.start();
    expect(stdout).toContain('"args":["run","examples/randread-4k.fio","--duration","5s"]');
  });

  test("passes the exit status on", async () => {
    expect((await checkout.start("exit", "97")).status).toBe(97);
  });

  test("hears two close interrupts as one, and ends with the program's status", async () => {
    const child = checkout.spawnStart("wait");
    const end = ended(child);
    await new Promise<void>((resolve) => {
      child.stdout?.on("data", (bytes: Buffer) => {
        if (bytes.toString().includes("waiting")) resolve();
      });
    });
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGINT"), 20);
    const { status, stdout } = await end;
    expect(stdout).toContain("interrupts: 1\n");
    expect(status).toBe(105);
  });

  test("does not build for a file that was only touched", async () => {
    const future = Date.now() / 1000 + 100;
    fs.utimesSync(checkout.path("src/index.ts"), future, future);
    expect((await checkout.start()).stderr).toBe("");
  });

  test("builds the code for an edited source", async () => {
    checkout.write("src/index.ts", "export const answer: number = 43;\n");
    const { stderr, stdout } = await checkout.start();
    expect(stderr).toBe("building (code)…\n");
    expect(stdout).toContain('"answer":43');
  });

  test("builds the core for an edited core", async () => {
    checkout.write("assembly/index.ts", `${checkout.read("assembly/index.ts")}// edited\n`);
    expect((await checkout.start()).stderr).toBe("building (core)…\n");
  });

  test("builds for a new source and forgets a removed one", async () => {
    checkout.write("src/more.ts", "export const more = 1;\n");
    expect((await checkout.start()).stderr).toBe("building (code)…\n");
    expect(fs.existsSync(checkout.path("dist/src/more.js"))).toBe(true);
    fs.rmSync(checkout.path("src/more.ts"));
    expect((await checkout.start()).stderr).toBe("building (code)…\n");
    expect(fs.existsSync(checkout.path("dist/src/more.js"))).toBe(false);
  });

  test("builds what is missing", async () => {
    fs.rmSync(checkout.path("dist/core/traced.wasm"));
    expect((await checkout.start()).stderr).toBe("building (core)…\n");
  });

  test.each(['"x"', '{"core":7}', "{"])("recovers from the stamp %j", async (text) => {
    checkout.write("dist/.pinlab-setup", text);
    expect((await checkout.start()).stderr).toContain("building");
    expect((await checkout.start()).stderr).toBe("");
  });

  test("takes over an install whose stamp is broken", async () => {
    checkout.write("node_modules/.pinlab-setup", "{");
    const { stderr, status } = await checkout.start();
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(checkout.read("node_modules/.pinlab-setup")).toContain(process.version);
  });

  test("a failed build says why, keeps the last good one, and is tried again", async () => {
    const good = checkout.read("src/index.ts");
    checkout.write("src/index.ts", "export const answer: number = 'x';\n");
    const { stderr, stdout, status } = await checkout.start();
    expect(stderr).toContain("src/index.ts(1,14): error TS2322");
    expect(stderr).toMatch(/tsc failed \(status \d\)\n$/);
    expect(stderr).not.toContain("    at ");
    expect([stdout, status]).toEqual(["", 1]);
    expect(fs.existsSync(checkout.path("dist/loadgen/main.js"))).toBe(true);
    checkout.write("src/index.ts", good);
    expect((await checkout.start()).stderr).toBe("");
  });

  test("an interrupted build is made good by the next start", async () => {
    checkout.write("src/index.ts", "export const answer: number = 45;\n");
    const child = checkout.spawnStart();
    child.stderr?.once("data", () => child.kill("SIGINT"));
    const { stderr, stdout, status } = await ended(child);
    expect(stderr).toBe("building (code)…\nset-up interrupted\n");
    expect([stdout, status]).toEqual(["", 105]);
    expect((await checkout.start()).stdout).toContain('"answer":45');
  });

  test("two starts at once build once, and both run", async () => {
    checkout.write("src/index.ts", "export const answer: number = 44;\n");
    const both = await Promise.all([checkout.start("a"), checkout.start("b")]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    for (const { stdout } of both) expect(stdout).toContain('"answer":44');
    const said = both.map(({ stderr }) => stderr).join("");
    expect(said.match(/building/g)).toHaveLength(1);
  });

  test("a missing lock file is said in one line", async () => {
    const lock = checkout.read("package-lock.json");
    fs.rmSync(checkout.path("package-lock.json"));
    const { stderr, status } = await checkout.start();
    expect(stderr).toMatch(/^ENOENT.*package-lock\.json'\n$/);
    expect(status).toBe(1);
    checkout.write("package-lock.json", lock);
  });

  test("the program can be executed by itself", () => {
    expect(checkout.read("dist/loadgen/main.js")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(fs.statSync(checkout.path("dist/loadgen/main.js")).mode & 0o111).toBe(0o111);
  });
});
