import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ROOT } from "../../tidy/project_files.ts";

/** The page as it was built. */

const MOST_GZIPPED = 250 * 1024;
const html = fs.readFileSync(path.join(ROOT, "dist/page/index.html"), "utf8");

test("is one file with at most 250 KB of script, gzipped", () => {
  const scripts = [...html.matchAll(/<script\b(?![^>]*json)[^>]*>([\s\S]*?)<\/script>/g)];
  expect(scripts).toHaveLength(1);
  expect(gzipSync(scripts[0]?.[1] ?? "").length).toBeLessThan(MOST_GZIPPED);
  expect(html).not.toMatch(/<(?:script|img|iframe)\b[^>]*\bsrc=/);
  expect(html).not.toMatch(/<link\b[^>]*\bhref="(?!data:)/);
});

test("holds nothing of the server, the machine or the command line", () => {
  for (const word of ["node:", "worker_threads", "WebAssembly", "commander", "eval("]) {
    expect(html).not.toContain(word);
  }
});
