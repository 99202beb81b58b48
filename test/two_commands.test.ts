import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, type Ended } from "./support/checkout.ts";

/** A new user's first command, in a copy of the project as a clone would hold it. */

let checkout: Checkout;
let first: Ended;

beforeAll(async () => {
  checkout = Checkout.ofProject();
  first = await checkout.start("run", "examples/randread-4k.fio", "--duration", "1s");
}, 120_000);

afterAll(() => checkout.remove());

test("the first start builds, and runs the job", () => {
  expect(first.stderr).toMatch(/^building…\n/);
  expect(first.stdout).toContain("reader");
  expect(first.status).toBe(0);
});

test("the second start takes less than 2 s before work begins", { timeout: 30_000 }, async () => {
  // What it costs to say what the command line can do is what a start costs.
  const { stdout, stderr, status, elapsedMs } = await checkout.start("--help");
  expect([stderr, status]).toEqual(["", 0]);
  expect(stdout).toContain("run");
  expect(elapsedMs).toBeLessThan(2000);
});

test("arguments reach the command line", { timeout: 30_000 }, async () => {
  const args = ["run", "examples/fixed-buffers.fio", "--duration", "1s", "--scheme", "exact"];
  const { stdout, stderr, status } = await checkout.start(...args, "--warmup", "0s");
  expect(status, stderr).toBe(0);
  expect(stdout).toContain("registered");
  expect(stdout).toContain("exact");
});

test("a wrong argument ends with the documented status", { timeout: 30_000 }, async () => {
  const { stderr, status } = await checkout.start("run", "no_such_file.fio");
  expect(status).toBe(104);
  expect(stderr).toContain("no_such_file.fio");
  expect(stderr).not.toContain("    at ");
});
