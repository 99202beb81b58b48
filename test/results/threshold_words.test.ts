import { expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { fioJson } from "../../src/results/fio_json.ts";
import { normalReport } from "../../src/results/normal.ts";
import { foundWords } from "../../src/results/threshold_words.ts";
import { IDLE, jobRecord, judged, opRecord, runRecord } from "./fixture.ts";

const RECORD = runRecord();

test.each<[text: string, value: number, words: string]>([
  ["pin_fast.p99<5us", 310, "found 310ns"],
  ["pin_fast.p99<5us", 5004, "found 5.004us"],
  ["pin_fast.mean<5us", 58.31, "found 58.31ns"],
  ["pin_fast.min<5us", 0, "found 0ns"],
  ["io.max<5s", 12_345_678_901, "found 12.3457s"],
  ["duration<3600s", 7.2e12, "found 7200s"],
  ["read.iops>1", 123_987.654_321, "found 123988 a second"],
  ["read.bw>1", 409_600, "found 409600 bytes a second"],
  ["read.bytes>1", 5_079_040_000, "found 5079040000 bytes"],
  ["nr_foll_pin_acquired>1", 1_364_032, "found 1364032"],
  ["pins.covered>=99%", 0.9876, "found 98.76%"],
])("%s, %d: %s", (text, value, words) => {
  expect(foundWords(RECORD, judged(text, { value }))).toBe(words);
});

test("what ended the run says when, and at what", () => {
  const ended = { value: 310, ok: false, abortedAtMs: 1013.4, abortedValue: 250 };
  expect(foundWords(RECORD, judged("pin_fast.p99<5ns abortOnFail", ended))).toBe(
    "found 310ns; ended the run at 250ns after 1.01s",
  );
});

test.each<[text: string, why: RegExp]>([
  ["mr_reg.p99<1us", /the run did no mr_reg$/],
  ["pin_slow.p99<1us", /none of 32 \(pin_slow\) was timed, --sample 512$/],
  ["io.batch_mean<1us", /no io was timed in batches of 4 and more$/],
  ["write.clat.p99<1us", /the run did no write$/],
  ["read.corrected.p99<1us", /no read with an intended start was timed$/],
  ["read.late==0", /no read had an intended start/],
  ["pins.covered>0", /no pin was taken$/],
])("%s: why nothing was measured", (text, why) => {
  expect(foundWords(RECORD, judged(text, { value: undefined }))).toMatch(why);
});

test("a run that ended in its warm-up says that", () => {
  const none = runRecord({ durationNs: 0, ops: {}, jobs: [jobRecord({ read: IDLE })] });
  const nothing = judged("io.p99<1us", { value: undefined, ok: false });
  expect(foundWords(none, nothing)).toMatch(/ended before its measurement$/);
});

const BOTH = runRecord({
  ops: { pin_fast: opRecord({ latency: LatencyHistogram.empty() }) },
  thresholds: [
    judged("pin_fast.p99<5us abortOnFail", {
      value: 6124.25,
      ok: false,
      abortedAtMs: 1012.5,
      abortedValue: 6000,
    }),
    judged("violations==0", { value: 0 }),
    judged("mr_reg.p99<5us", { value: undefined, ok: false }),
  ],
});

test("the report has a line for each", () => {
  const lines = normalReport(BOTH).split("\n");
  const at = lines.findIndex((line) => line.startsWith("  thresholds   :"));
  expect(lines.slice(at, at + 5)).toEqual([
    "  thresholds   : FAILED  pin_fast.p99<5us abortOnFail  found 6.12425us; ended",
    "                                                       the run at 6us after",
    "                                                       1.01s",
    "                 ok      violations==0                 found 0",
    "                 FAILED  mr_reg.p99<5us                nothing measured: the run",
  ]);
  expect(normalReport(runRecord())).not.toContain("thresholds");
});

test("what was found stands below a threshold that leaves no room beside it", () => {
  const text = "nr_gup_fast_pages_requested>1000000 abortOnFail=10s";
  const lines = normalReport(runRecord({ thresholds: [judged(text, { value: 7 })] })).split("\n");
  const at = lines.findIndex((line) => line.startsWith("  thresholds   :"));
  expect(lines.slice(at, at + 2)).toEqual([
    `  thresholds   : ok      ${text}`,
    "                           found 7",
  ]);
});

test("so has the JSON", () => {
  expect(JSON.parse(fioJson(BOTH, "json")).pinlab.thresholds).toEqual([
    {
      text: "pin_fast.p99<5us abortOnFail",
      metric: "pin_fast.p99",
      value: 6124.25,
      found: "6.12425us",
      ok: false,
      aborted_at_ms: 1012.5,
    },
    {
      text: "violations==0",
      metric: "violations",
      value: 0,
      found: "0",
      ok: true,
      aborted_at_ms: null,
    },
    {
      text: "mr_reg.p99<5us",
      metric: "mr_reg.p99",
      value: null,
      found: null,
      ok: false,
      aborted_at_ms: null,
    },
  ]);
  expect(JSON.parse(fioJson(runRecord(), "json")).pinlab.thresholds).toEqual([]);
});
