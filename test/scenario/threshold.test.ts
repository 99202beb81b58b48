import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findMetric, metricHelp, metricNames } from "../../src/scenario/metrics.ts";
import type { Problem } from "../../src/scenario/problem.ts";
import { THRESHOLD_SIGNS, type Threshold } from "../../src/scenario/scenario.ts";
import { parseThreshold } from "../../src/scenario/threshold.ts";

function parsed(text: string): Threshold {
  const problems: Problem[] = [];
  const threshold = parseThreshold(text, "here", problems);
  expect(problems).toEqual([]);
  if (threshold === undefined) throw new Error("refused without a problem");
  return threshold;
}

function refusal(text: string): Problem {
  const problems: Problem[] = [];
  expect(parseThreshold(text, "here", problems)).toBeUndefined();
  expect(problems).toHaveLength(1);
  return problems[0] as Problem;
}

describe("is read", () => {
  const rows: [text: string, metric: string, sign: string, limit: number][] = [
    ["pin_fast.p99<5us", "pin_fast.p99", "<", 5000],
    ["pin_fast.p(99.9)<=1.5ms", "pin_fast.p99.9", "<=", 1.5e6],
    ["io.p99.99 < 2s", "io.p99.99", "<", 2e9],
    ["io.med>0", "io.med", ">", 0],
    ["unpin.stddev!=7ns", "unpin.stddev", "!=", 7],
    ["unpin.batch_mean<40ns", "unpin.batch_mean", "<", 40],
    ["pin_fast.rate>=1.5M", "pin_fast.rate", ">=", 1.5e6],
    ["read.iops>100k/s", "read.iops", ">", 1e5],
    ["read.bw>100MiB/s", "read.bw", ">", 100 * 2 ** 20],
    ["write.bw>100MB", "write.bw", ">", 1e8],
    ["write.bytes<4Gi", "write.bytes", "<", 2 ** 32],
    ["read.clat.p99<1 ms", "read.clat.p99", "<", 1e6],
    ["write.corrected.max<10ms", "write.corrected.max", "<", 1e7],
    ["violations==0", "violations", "==", 0],
    ["errors == 0", "errors", "==", 0],
    ["duration>9.5s", "duration", ">", 9.5e9],
    ["pins.covered>=29%", "pins.covered", ">=", 0.29],
    ["fallbacks.grab_refused<1e3", "fallbacks.grab_refused", "<", 1000],
    ["nr_foll_pin_acquired<2Mi", "nr_foll_pin_acquired", "<", 2 ** 21],
  ];
  test.each(rows)("%s", (text, metric, sign, limit) => {
    expect(parsed(text)).toEqual({
      text,
      metric,
      sign,
      limit,
      abortOnFail: false,
      delayAbortMs: 0,
    });
  });

  test("with a wish to end the run", () => {
    expect(parsed("io.p99<5us abortOnFail")).toMatchObject({
      abortOnFail: true,
      delayAbortMs: 1000,
    });
    expect(parsed("violations==0\tabortOnFail=250ms ")).toMatchObject({
      abortOnFail: true,
      delayAbortMs: 250,
    });
    expect(parsed("io.p99<5us abortOnFail=2m").delayAbortMs).toBe(120_000);
  });
});

describe("is refused with its column and what is accepted", () => {
  const rows: [text: string, found: RegExp, accepted: RegExp][] = [
    ["", /column 1: no metric/, /METRIC SIGN VALUE/],
    ["<5us", /column 1: no metric/, /such as pin_fast\.p99<5us/],
    ["pin_fst.p99<5us", /column 1: "pin_fst\.p99" is no metric/, /did you mean pin_fast\.p99\?/],
    ["violation==0", /"violation" is no metric/, /did you mean violations\?/],
    ["pin_fast.p101<5us", /is no metric/, /percentile above 0 and up to 100/],
    ["pin_fast.p0<5us", /is no metric/, /percentile above 0/],
    ["pin_fast.p(99<5us", /is no metric/, /./],
    ["read.clatt.p99<5us", /is no metric/, /did you mean read\.clat\.p99\?/],
    ["constructor<5", /is no metric/, /--threshold help/],
    ["pin_fast.p99", /column 13: no sign/, /<, <=/],
    ["pin_fast.p99=5us", /column 13: "=" is no sign/, /==/],
    ["pin_fast.p99=<5us", /column 13: "=<" is no sign/, /<=/],
    ["pin_fast.p99<", /column 14: no value/, /5us/],
    ["pin_fast.p99<-5us", /column 14: "-5us" is no value/, /number/],
    ["pin_fast.p99<5", /column 15: no unit behind a time/, /ns, us, ms or s/],
    ["pin_fast.p99<5MB", /column 15: "MB" is no unit of a time/, /ns, us, ms or s/],
    ["violations==0us", /column 14: "us" is no unit of a count/, /Ki, Mi, Gi/],
    ["read.iops>5B", /"B" is no unit of a rate/, /a second/],
    ["pins.covered>0.99", /no unit behind a share/, /99\.9%/],
    ["io.p99<5toString", /"toString" is no unit/, /./],
    [`io.p99<${"9".repeat(400)}us`, /too large/, /./],
    ["io.p99<5us abort", /column 12: "abort"/, /abortOnFail=DELAY/],
    ["io.p99<5us abortOnFail=5", /column 12: "abortOnFail=5"/, /500ms/],
    ["io.p99<5us abortOnFail=25h", /column 12/, /abortOnFail=DELAY/],
    ["io.p99<5us\n", /column 11: "\\n"/, /the end/],
    ["io.p99<5us io.p50<1us", /column 12: "io\.p50<1us"/, /the end/],
  ];
  test.each(rows)("%s", (text, found, accepted) => {
    const problem = refusal(text);
    expect(problem.where).toBe("here");
    expect(problem.found).toMatch(found);
    expect(problem.found.startsWith(JSON.stringify(text))).toBe(true);
    expect(problem.accepted).toMatch(accepted);
  });
});

const UNITS = {
  time: { ns: 1, us: 1e3, ms: 1e6, s: 1e9 },
  rate: { "": 1, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, "k/s": 1e3 },
  bandwidth: { "": 1, B: 1, MB: 1e6, "MiB/s": 2 ** 20, "Gi/s": 2 ** 30 },
  count: { "": 1, k: 1e3, Mi: 2 ** 20 },
  bytes: { "": 1, B: 1, GB: 1e9, KiB: 1024 },
  share: { "%": 0.01 },
} as const;

const blank = fc.constantFrom("", " ", "\t", "  ");
const latencies = ["pin_fast", "io", "mmap_lock_wait", "read.slat", "write.corrected"];
const percent = fc.double({ min: 0.001, max: 100, noNaN: true }).map((p) => Number(p.toFixed(3)));
const names = fc.oneof(
  fc.constantFrom(...metricNames()),
  fc.tuple(fc.constantFrom(...latencies), percent).map(([of, p]) => `${of}.p${p}`),
);

test("what is written is what is read, for every metric, sign, unit and spacing", () => {
  const signs = fc.constantFrom(...THRESHOLD_SIGNS);
  const value = fc.integer({ min: 0, max: 1e6 });
  const blanks = fc.tuple(blank, blank, blank, blank, blank);
  const property = fc.property(
    names,
    signs,
    value,
    fc.nat(),
    blanks,
    fc.option(fc.integer({ min: 1, max: 1e6 })),
    (name, sign, number, unitIndex, [a, b, c, d, e], delay) => {
      const kind = findMetric(name)?.kind ?? "count";
      const units = Object.entries(UNITS[kind]);
      const [unit, scale] = units[unitIndex % units.length] as [string, number];
      const abort = delay === null ? "" : ` abortOnFail=${delay}ms`;
      const text = `${a}${name}${b}${sign}${c}${number}${d}${unit}${abort}${e}`;
      expect(parsed(text)).toEqual({
        text,
        metric: name,
        sign,
        limit: kind === "share" ? number / 100 : number * scale,
        abortOnFail: delay !== null,
        delayAbortMs: delay ?? 0,
      });
    },
  );
  fc.assert(property);
});

test("no text makes the parser fall over", () => {
  const piece = fc.constantFrom(
    "io",
    ".p99",
    "<",
    "==",
    "5",
    "us",
    "%",
    " ",
    "(",
    "abortOnFail",
    "=",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const problems: Problem[] = [];
      const threshold = parseThreshold(text, "here", problems);
      expect(problems).toHaveLength(threshold === undefined ? 1 : 0);
    }),
  );
});

test("the help names every metric or its family", () => {
  const helped = metricHelp().flatMap((row) => row.names);
  const family = (name: string): string[] => {
    const { source } = findMetric(name) as NonNullable<ReturnType<typeof findMetric>>;
    if (source.from === "fallback") return ["fallbacks.CAUSE"];
    const last = name
      .replace(/\.p[\d.]+$/, ".pN")
      .split(".")
      .at(-1);
    if ("of" in source && "part" in source.of) return [`read.${source.of.part}.FIGURE`];
    return [name, `OP.${last}`, `read.${last}`];
  };
  for (const name of metricNames()) {
    expect(
      family(name).some((form) => helped.includes(form)),
      name,
    ).toBe(true);
  }
});
