import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { COARSE } from "../../../src/machine/histogram_geometry.ts";
import { fioJson } from "../../../src/results/fio_json.ts";
import { durationWords } from "../../../src/results/words.ts";
import { readRunView } from "../../../src/stream/run_view.ts";
import { expectAccessible, newPage, openBrowser, Served } from "../../support/browser.ts";
import { needs, testNeeding } from "../../support/needs.ts";
import { timedRun } from "../../support/runs.ts";

/** The page in a real browser, over a real run. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-live-"));
const NOTHING = LatencyHistogram.empty(COARSE);
let browser: Browser;

beforeAll(async () => {
  if (needs("chromium").missing === undefined) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const JOB = "examples/rate-poisson.fio";
const LONG = ["--duration", "60s", "--warmup", "300ms", "--sample", "8", "--quiet"];

async function opened(address: string, options = {}): Promise<Page> {
  const page = await newPage(browser, options);
  await page.goto(address);
  return page;
}

const textOf = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).innerText();

async function turn(page: Page, label: RegExp, value: string): Promise<void> {
  const knob = page.locator(".knob", { has: page.getByLabel(label) });
  const control = knob.locator("input, select");
  if ((await control.evaluate((one) => one.tagName)) === "SELECT") {
    await control.selectOption(value);
  } else await control.fill(value);
  await knob.getByRole("button", { name: "Change" }).click();
}

describe("a run that is watched", { timeout: 60_000 }, () => {
  let served: Served;
  let result: string;

  beforeAll(async () => {
    if (!browser) return;
    result = path.join(folder, "live.json");
    const output = ["--output-format", "json+", "--output", result];
    served = await Served.start(["run", JOB, "--live=0", ...LONG, ...output]);
  });
  afterAll(async () => {
    await served?.end();
  });

  testNeeding("chromium", "arrives on the page, and the address forgets the token", async () => {
    const page = await opened(served.control);
    await page.getByText("● live").waitFor();
    await page.getByRole("tab", { name: "pin_fast" }).waitFor();
    expect(page.url()).not.toContain("token");
    await page.locator(".phase", { hasText: "measuring" }).waitFor();
    await page.locator("#latency td", { hasText: /\d/ }).first().waitFor();
    await page.close();
  });

  testNeeding("chromium", "its knobs turn, or say why not", async () => {
    const page = await opened(served.control);
    await page.locator("#knobs").scrollIntoViewIfNeeded();
    await turn(page, /Pin bias/, "4096");
    await page.getByText(/✓ 1024 → 4096; everybody stopped for \d/).waitFor();
    await page.getByText("bias · bias 4096").waitFor();
    await turn(page, /Scheme/, "exact+barrier");
    await page.getByText("✓ bias → exact+barrier").waitFor();
    await turn(page, /Pin bias/, "512");
    await page.getByText(/✗ exact\+barrier counts without a bias/).waitFor();
    await turn(page, /Arrival rate/, "300");
    await page.getByText("✓ 100% → 300%").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator(".phase", { hasText: "paused" }).waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.locator(".phase", { hasText: "measuring" }).waitFor();
    const log = await textOf(page, "#knobs table");
    expect(log).toContain("4096");
    expect(log).toContain("exact+barrier");
    await page.close();
  });

  testNeeding("chromium", "who may only look is not offered knobs", async () => {
    const page = await opened(served.view);
    await page.getByText("● live").waitFor();
    await page.locator("#knobs").scrollIntoViewIfNeeded();
    await page.getByText(/this address may only look/).waitFor();
    expect(await page.getByRole("button", { name: "Pause" }).isVisible()).toBe(false);
    await page.close();
  });

  testNeeding(
    "chromium",
    "axe finds nothing serious, light and dark, wide and narrow",
    async () => {
      for (const options of [{}, { dark: true }, { width: 360 }]) {
        const page = await opened(served.control, options);
        await page.getByRole("tab", { name: "pin_fast" }).waitFor();
        for (const id of ["flow", "pinning", "knobs", "history", "about"]) {
          await page.locator(`#${id}`).scrollIntoViewIfNeeded();
          await page.waitForTimeout(120);
        }
        await expectAccessible(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(options.width ?? 1280);
        await page.close();
      }
    },
  );

  testNeeding("chromium", "a file that is opened beside it, and the way back", async () => {
    const page = await opened(served.control);
    await page.getByText("● live").waitFor();
    const other = path.join(folder, "other.json");
    const job = { ...{ name: "other", numberIos: 100 } };
    const record = await timedRun({ name: "another run", run: { warmupMs: 0 }, jobs: [job] });
    fs.writeFileSync(other, fioJson(record, "json+"));
    const foreign = path.join(folder, "foreign.json");
    fs.writeFileSync(foreign, "{}");
    await page.setInputFiles("input[type=file]", [other, foreign]);
    await page.getByRole("heading", { name: "another run" }).waitFor();
    await page.getByText(/✗ foreign\.json: it has no "pinlab" object/).waitFor();
    await page.getByText(/This run kept no record of its time/).waitFor();
    await page.getByRole("button", { name: "Back to the run" }).click();
    await page.getByRole("heading", { name: "rate-poisson" }).waitFor();
    await page.locator(".phase", { hasText: "measuring" }).waitFor();
    await page.close();
  });

  testNeeding("chromium", "keys move over the map, and what is there is announced", async () => {
    const page = await opened(served.view);
    await page.getByRole("tab", { name: "pin_fast" }).waitFor();
    await page.keyboard.press("2");
    await page.locator('[role=tab][aria-selected=true]:text("unpin")').waitFor();
    const map = page.getByRole("application", { name: /Latency of unpin/ });
    await map.focus();
    for (const key of ["Home", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
    await page.locator(".unseen", { hasText: /s to .* s/ }).waitFor({ state: "attached" });
    await page.keyboard.press("Enter");
    await page.locator(".window", { hasText: /timed/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".window", { hasText: /Drag over the map/ }).waitFor();
    await page.close();
  });

  testNeeding(
    "chromium",
    "stops when asked twice, and its result repeats the changes",
    async () => {
      const page = await opened(served.control);
      await page.locator("#knobs").scrollIntoViewIfNeeded();
      await page.getByRole("button", { name: "Stop the run" }).click();
      await page.getByRole("button", { name: /Really stop/ }).click();
      await page.locator(".phase", { hasText: "finished" }).waitFor();
      await page.locator("#history").scrollIntoViewIfNeeded();
      await page.locator("#history .link").first().waitFor();
      await page.close();
      const view = readRunView(fs.readFileSync(result, "utf8"));
      expect(view.interrupted).toBe(true);
      const turned = view.changes.map(({ knob, to }) => `${knob} ${to}`);
      expect(turned.slice(0, 3)).toEqual(["bias 4096", "scheme exact+barrier", "rate 300%"]);
      expect(view.timeline?.frames.length).toBeGreaterThan(10);
    },
  );
});

describe("a page that outlives its server", { timeout: 60_000 }, () => {
  testNeeding("chromium", "comes back by itself where the tokens are the same", async () => {
    const env = { PINLAB_TOKEN: "a secret of this test" };
    const first = await Served.start(["run", JOB, "--live=0", ...LONG], env);
    const page = await opened(first.control);
    await page.getByText("● live").waitFor();
    first.child.kill("SIGKILL");
    await page.getByText("◌ reconnecting").waitFor();
    const again = ["run", "examples/randread-4k.fio", `--live=${first.port}`, ...LONG];
    const second = await Served.start(again, env);
    await page.getByText("● live").waitFor();
    await page.getByRole("heading", { name: "randread-4k" }).waitFor();
    await page.close();
    await second.end();
  });

  testNeeding("chromium", "says so where they are not", async () => {
    const first = await Served.start(["run", JOB, "--live=0", ...LONG]);
    const page = await opened(first.control);
    await page.getByText("● live").waitFor();
    first.child.kill("SIGKILL");
    await page.getByText("◌ reconnecting").waitFor();
    const second = await Served.start(["run", JOB, `--live=${first.port}`, ...LONG]);
    await page.getByText(/this token is of another start of pinlab/).waitFor();
    await page.close();
    await second.end();
  });
});

describe("finished runs", { timeout: 60_000 }, () => {
  const runs = path.join(folder, "runs");
  const report = path.join(folder, "report.html");

  beforeAll(async () => {
    if (!browser) return;
    fs.mkdirSync(runs);
    const short = ["--duration", "2s", "--warmup", "300ms", "--sample", "16", "--quiet"];
    for (const scheme of ["bias", "exact"]) {
      const output = path.join(runs, `${scheme}.json`);
      const args = ["run", JOB, "--scheme", scheme, ...short, "--output-format", "json+"];
      const files = ["--output", output, "--report", report];
      const served = await Served.start([...args, ...files, "--live=0"]);
      await new Promise((resolve) => served.child.once("close", resolve));
    }
    fs.writeFileSync(path.join(runs, "cut.json"), '{"pinlab": {"schema": 1');
  });

  testNeeding("chromium", "are listed, laid over each other, told in words", async () => {
    const served = await Served.start(["serve", "--port", "0", "--runs", runs]);
    const page = await opened(served.control);
    await page.locator("#history .link").nth(3).waitFor();
    await page.getByText(/left out: cut\.json \(it is no JSON/).waitFor();
    for (const box of await page.locator("#history input[type=checkbox]").all()) await box.check();
    await page.getByText("Laid over each other").waitFor();
    await page.locator(".differences", { hasText: /p99 .* against/ }).waitFor();
    expect(await textOf(page, "#history .wide:last-child")).toContain("exact");
    await page.locator("#history tbody th .link").first().click();
    await page.getByText("■ finished run").waitFor();
    await expectAccessible(page);
    await page.close();
    expect(await served.end()).toBe(0);
  });

  testNeeding("chromium", "a report opens from a file, and asks nobody for anything", async () => {
    const page = await newPage(browser);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`file://${report}`);
    await page.getByText("■ finished run").waitFor();
    await page.getByRole("tab", { name: "pin_fast" }).waitFor();
    expect(asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
    await expectAccessible(page);
    await page.close();
  });

  testNeeding("chromium", "a window over the map is the sum of its frames", async () => {
    const page = await newPage(browser);
    await page.goto(`file://${report}`);
    const map = page.getByRole("application", { name: /Latency of pin_fast/ });
    await map.waitFor();
    const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, y, { steps: 5 });
    await page.mouse.up();
    const words = await textOf(page, ".window");
    const [beginUs = 0, endUs = 0] = await page.locator(".window").evaluate((element) => {
      const { beginUs, endUs } = (element as HTMLElement).dataset;
      return [Number(beginUs), Number(endUs)];
    });
    const view = readRunView(fs.readFileSync(path.join(runs, "exact.json"), "utf8"));
    const op = view.timeline?.ops.indexOf("pin_fast");
    let apart = NOTHING;
    for (const frame of view.timeline?.frames ?? []) {
      if (frame.beginUs < beginUs || frame.endUs > endUs) continue;
      apart = apart.plus(frame.ops.find((one) => one.op === op)?.latency ?? NOTHING);
    }
    expect(apart.count).toBeGreaterThan(0);
    expect(words).toContain(`: ${apart.count.toLocaleString("en")} timed`);
    await page
      .locator("#latency .panel", { hasText: "Percentiles" })
      .locator("summary")
      .first()
      .click();
    const row = page.locator("#latency tr", { hasText: "99 %" }).first();
    expect(await row.innerText()).toContain(durationWords(apart.percentile(99)));
    await page.close();
  });
});
