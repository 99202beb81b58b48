import { describe, expect, test } from "vitest";
import { evaluate } from "../../../loadgen/fio/expression.ts";
import { parseBytes, parseTimeMs } from "../../../loadgen/fio/units.ts";

const context = { kbBase: 1024, computed: false, note: () => {} } as const;

describe("sizes", () => {
  test.each([
    ["4096", 4096],
    ["4096b", 4096],
    ["4k", 4096],
    ["4K", 4096],
    ["4kb", 4096],
    ["4ki", 4096],
    ["4KiB", 4000],
    ["2m", 2 ** 21],
    ["1G", 2 ** 30],
    ["1t", 2 ** 40],
    ["1p", 2 ** 50],
    ["0x1000", 4096],
    ["(4*1024)", 4096],
    ["(4k+1)", 4097],
    ["(1+1)k", 2048],
  ])("%s is %i bytes", (text, bytes) => {
    expect(parseBytes(text, context)).toEqual({ ok: true, value: bytes });
  });

  test("with kb_base=1000 are the other way round", () => {
    const si = { ...context, kbBase: 1000 } as const;
    expect(parseBytes("4k", si)).toMatchObject({ value: 4000 });
    expect(parseBytes("4kib", si)).toMatchObject({ value: 4096 });
  });

  test.each([
    "",
    "k",
    "-1",
    "1.5k",
    "4kk",
    "4x",
    "4*1024",
    "9999999p",
    "1e9",
    "(1-2)",
    "0x",
    "４",
    "(4constructor)",
  ])("%j is refused", (text) => {
    expect(parseBytes(text, context).ok).toBe(false);
  });
});

describe("times", () => {
  test.each([
    ["900", 900_000],
    ["10s", 10_000],
    ["2m", 120_000],
    ["1H", 3_600_000],
    ["1d", 86_400_000],
    ["250ms", 250],
    ["250msec", 250],
    ["500us", 0.5],
    ["(2*30)", 60_000],
    ["(2m)", 120_000],
    ["(1.5h)", 5_400_000],
  ])("%s is %f ms", (text, ms) => {
    expect(parseTimeMs(text, context)).toEqual({ ok: true, value: ms });
  });

  test.each(["", "s", "-5", "10sec", "1h30m", "1.5s", "(1/0)", "1constructor"])(
    "%j is refused",
    (text) => {
      expect(parseTimeMs(text, context).ok).toBe(false);
    },
  );
});

describe("arithmetic", () => {
  test.each([
    ["(2+3*4)", 14],
    ["((2+3)*4)", 20],
    ["(7/2)", 3],
    ["(7.5/2)", 3.75],
    ["(10%4)", 2],
    ["(2^10)", 1024],
    ["(2^3^2)", 512],
    ["(2*10%4)", 4],
    ["(-3+5)", 2],
    ["(0x10*2)", 32],
    ["( 1 + 1 )", 2],
  ])("%s is %f", (text, value) => {
    expect(evaluate(text)).toEqual({ ok: true, value });
  });

  test.each(["(", "()", "(1", "(1/0)", "(1%0)", "(1+)", "(x)", "(1)2", "(10^400)"])(
    "%s is refused",
    (text) => {
      expect(evaluate(text).ok).toBe(false);
    },
  );

  test("of absurd depth ends with a refusal", () => {
    expect(evaluate("(".repeat(4000)).ok).toBe(false);
    expect(evaluate("2^".repeat(2000)).ok).toBe(false);
    expect(evaluate(`(${"-".repeat(4000)}1)`)).toEqual({ ok: true, value: 1 });
  });
});
