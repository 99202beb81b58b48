import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HistogramLogReader, listTags } from "hdr-histogram-js";
import { afterAll, describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { highestValueAt, indexOf, lowestValueAt } from "../../src/machine/histogram_geometry.ts";
import { hlog } from "../../src/results/hlog.ts";
import { HDRHISTOGRAM_JAR, testNeeding } from "../support/needs.ts";
import {
  direction,
  fileRecord,
  IDLE,
  jobRecord,
  latencies,
  opRecord,
  runRecord,
} from "./fixture.ts";

const directory = mkdtempSync(join(tmpdir(), "pinlab-hlog-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Values of every magnitude up to a minute. */
function wide(): LatencyHistogram {
  const histogram = LatencyHistogram.empty();
  for (let i = 0; i < 2500; i++) histogram.record(Math.floor(1.01 ** i) + i);
  return histogram;
}

const record = runRecord({
  ops: { pin_fast: opRecord(), io: opRecord({ latency: wide() }) },
  jobs: [
    jobRecord({ write: direction({ clat: latencies(300_000, 77) }) }),
    jobRecord({ read: direction({ clat: latencies(5, 1000) }) }),
  ],
});

describe("hlog", () => {
  test("begins as Java's writer begins", () => {
    expect(hlog(record).split("\n").slice(0, 5)).toEqual([
      "#[pinlab 0.1.0: values in ns, scheme bias, about one operation in 512 timed]",
      "#[Histogram log format version 1.3]",
      "#[StartTime: 1795436160.781 (seconds since epoch), Mon Nov 23 12:16:00 UTC 2026]",
      "#[BaseTime: 1795436160.781 (seconds since epoch)]",
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]);
  });

  test("has a tagged line for what was timed, and none for the rest", () => {
    const idle = runRecord({ ops: { unpin: opRecord() }, jobs: [jobRecord({ read: IDLE })] });
    expect(listTags(hlog(idle))).toEqual(["unpin"]);
    expect(listTags(hlog(record))).toEqual(
      ["pin_fast", "io"].concat([
        "read_slat",
        "read_clat",
        "read_lat",
        "write_slat",
        "write_clat",
        "write_lat",
      ]),
    );
  });

  test("names COUNT and SYNC, and has a tag for what the file side did", () => {
    const op = opRecord();
    const text = hlog({
      ...fileRecord(),
      ops: { writeback_page: op, page_mkclean: op, truncate: op },
    });
    expect(text).toContain(", scheme bias+barrier, ");
    expect(listTags(text).slice(0, 3)).toEqual(["writeback_page", "page_mkclean", "truncate"]);
  });

  test("the jobs' latencies are added up", () => {
    const reader = new HistogramLogReader(hlog(record), 64);
    const counts = new Map<string, number>();
    for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
      counts.set(next.tag, next.totalCount);
    }
    expect(counts.get("read_clat")).toBe(4843 + 1000);
    expect(counts.get("write_clat")).toBe(77);
  });

  testNeeding("java-hdrhistogram", "Java's HdrHistogram reads what was written", () => {
    const path = join(directory, "run.hlog");
    writeFileSync(path, hlog(record));
    const program = join(import.meta.dirname, "ReadHlog.java");
    const output = execFileSync(
      "java",
      ["-Duser.timezone=UTC", "-cp", HDRHISTOGRAM_JAR, program, path],
      { encoding: "utf8" },
    );
    const lines = output.trim().split("\n");
    const expected: [string, LatencyHistogram][] = [
      ["pin_fast", opRecord().latency],
      ["io", wide()],
      ["read_slat", direction().slat.plus(direction().slat)],
      ["read_clat", direction().clat.plus(latencies(5, 1000))],
    ];
    for (const [tag, histogram] of expected) {
      const line = lines.find((candidate) => candidate.startsWith(`${tag} `));
      expect(line, tag).toBe(javaLine(tag, histogram));
    }
    expect(lines).toHaveLength(2 + 6 + 2);
    expect(lines).toContain("start 1795436160.781");
    // Our header's date is Java's own.
    expect(lines).toContain("date Mon Nov 23 12:16:00 UTC 2026");
  });
});

/**
 * What ReadHlog.java prints: Java knows minimum and maximum to their slots; the start is in ms,
 * the interval's length in hundredths of a second.
 */
function javaLine(tag: string, histogram: LatencyHistogram): string {
  return [
    tag,
    histogram.count,
    lowestValueAt(indexOf(histogram.minNs)),
    highestValueAt(indexOf(histogram.maxNs)),
    histogram.meanNs.toFixed(6),
    histogram.stddevNs.toFixed(6),
    ...[50, 99, 99.9].map((percent) => histogram.percentile(percent)),
    record.startedAtMs,
    Math.round(record.durationNs / 1e7),
  ].join(" ");
}
