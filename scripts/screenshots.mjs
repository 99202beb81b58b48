/**
 * `npm run screenshots`: pictures of the page for README and docs, in docs/img/. Runs the example
 * whose knobs turn by themselves, opens its page in Debian's Chromium, light and dark.
 */

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { ROOT, setUpOrExit } from "./setup.mjs";

const VIEWS = ["latency", "flow", "pinning", "knobs", "history", "about"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const EXAMPLE = "examples/turning-knobs.yaml";

await setUpOrExit();
const runs = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-shots-"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
try {
  await shootLive();
  await shootHistory();
} finally {
  await browser.close();
  fs.rmSync(runs, { recursive: true, force: true });
}

/** The live page after most of its changes, view by view, and as a phone sees it. */
async function shootLive() {
  const { child, address } = await start(["run", EXAMPLE, "--live=0", "--duration", "120s"]);
  await sleep(22_000);
  for (const theme of ["light", "dark"]) {
    const page = await open(address, theme, 1280);
    for (const view of VIEWS.filter((name) => name !== "history")) await shoot(page, view, theme);
    await page.evaluate(() => window.scrollTo(0, 0));
    await sleep(300);
    await page.screenshot({ path: image("live", theme) });
    await page.close();
  }
  const phone = await open(address, "dark", 360);
  await phone.screenshot({ path: image("phone", "dark") });
  await phone.close();
  await end(child);
}

/** Finished runs of three schemes, laid over each other. */
async function shootHistory() {
  for (const scheme of ["bias", "exact", "bias+lock"]) {
    const output = path.join(runs, `${scheme}.json`);
    const { child } = await start([
      ...["run", "examples/rate-poisson.fio", "--scheme", scheme, "--duration", "5s", "--quiet"],
      ...["--output-format", "json+", "--output", output, "--live=0"],
    ]);
    await new Promise((resolve) => child.once("close", resolve));
  }
  const { child, address } = await start(["serve", "--port", "0", "--runs", runs]);
  for (const theme of ["light", "dark"]) {
    const page = await open(address, theme, 1280);
    await page.locator("#history .link").nth(5).waitFor();
    for (const box of await page.locator("#history input[type=checkbox]").all()) await box.check();
    await shoot(page, "history", theme);
    await page.close();
  }
  await end(child);
}

async function shoot(page, view, theme) {
  const section = page.locator(`#${view}`);
  await page.evaluate(() =>
    document.querySelector("header").style.setProperty("position", "static"),
  );
  await section.scrollIntoViewIfNeeded();
  await sleep(700);
  await section.screenshot({ path: image(view, theme) });
}

async function open(address, colorScheme, width) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 860 } });
  await page.goto(address);
  await sleep(1500);
  return page;
}

function image(name, theme) {
  return path.join(ROOT, "docs/img", `${name}-${theme}.png`);
}

function start(args) {
  const program = path.join(ROOT, "dist/loadgen/main.js");
  const child = spawn(process.execPath, [program, ...args], { cwd: ROOT });
  let said = "";
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => {
        said += bytes;
        const [, address] = /dashboard: (\S+)\n/.exec(said) ?? [];
        if (address) resolve({ child, address });
      });
    }
  });
}

function end(child) {
  child.kill("SIGINT");
  return new Promise((resolve) => child.once("close", resolve));
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
