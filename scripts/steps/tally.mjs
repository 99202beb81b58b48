/** Counting what vitest reports, and saying it: the last line is the result. */

import fs from "node:fs";

/** A skipped test names its reason in its title: `name (skipped: reason)`, or in brackets. */
const REASON = /\s*[[(]skipped: (.+)[\])]$/;

/** Counts from vitest's JSON report; `status` is vitest's own verdict. */
export function readTally(reportFile, status) {
  const tally = { passed: 0, failed: 0, skipped: [] };
  let report;
  try {
    report = JSON.parse(fs.readFileSync(reportFile, "utf8"));
  } catch {
    return { ...tally, failed: 1 };
  }
  for (const file of report.testResults) {
    // A file that does not even load has failed without holding a test.
    if (file.status === "failed" && file.assertionResults.length === 0) tally.failed += 1;
    for (const test of file.assertionResults) {
      if (test.status === "passed") tally.passed += 1;
      else if (test.status === "failed") tally.failed += 1;
      else tally.skipped.push(skippedTest(test));
    }
  }
  // An error outside every test: vitest fails, no test does.
  if (status !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}

/** Prints the skips and the counts; returns the exit status. */
export function printSummary({ passed, failed, skipped }, isStrict) {
  const named = skipped.filter(({ reason }) => reason !== undefined);
  const lines = named.map(({ name, reason }) => `skipped: ${name}: ${reason}`);
  const others = skipped.length - named.length;
  if (others > 0) lines.push(`skipped: ${others} not selected or without a reason`);
  if (isStrict && skipped.length > 0) lines.push("CI=true: a skip is a failure");
  lines.push(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  process.stdout.write(`\n${lines.join("\n")}\n`);
  return failed > 0 || (isStrict && skipped.length > 0) ? 1 : 0;
}

/** The reason may stand in the title of the test or of a `describe` around it. */
function skippedTest({ title, ancestorTitles }) {
  const titles = [...ancestorTitles, title];
  const reason = titles.map((text) => REASON.exec(text)?.[1]).find((text) => text !== undefined);
  return { name: titles.map((text) => text.replace(REASON, "")).join(" "), reason };
}
