import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  binaryBytes,
  countWords,
  ctimeWords,
  decimalBytes,
  durationWords,
  fioNumber,
  shareWords,
  spanWords,
  table,
  timesWords,
  wholeWords,
  wrapped,
} from "../../src/results/words.ts";

describe("fioNumber: as fio 3.33 printed them", () => {
  test.each([
    [7773, "7773"],
    [37_380, "37.4k"],
    [2_844_444, "2844k"],
    [292_571, "293k"],
  ])("IOPS %d is %s", (value, words) => expect(fioNumber(value)).toBe(words));

  test.each([
    [4096, "4096B"],
    [65_536, "64.0KiB"],
    [1 << 20, "1024KiB"],
    [10 * 2 ** 30, "10.0GiB"],
    [100 * 2 ** 20, "100MiB"],
  ])("%d bytes are %s", (bytes, words) => expect(binaryBytes(bytes)).toBe(words));

  test.each([
    [152_000_000, "152MB"],
    [1 << 20, "1049kB"],
    [100 * 2 ** 20, "105MB"],
    [10 * 2 ** 30, "10.7GB"],
  ])("%d bytes are %s in decimal units", (bytes, words) => {
    expect(decimalBytes(bytes)).toBe(words);
  });

  test("a latency has six digits", () => {
    expect(fioNumber(4_074_700, { digits: 6 })).toBe("4074.7k");
    expect(fioNumber(5991, { digits: 6 })).toBe("5991");
  });

  test("is within one part in a hundred of the value, and short", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), fc.boolean(), (value, binary) => {
        const words = fioNumber(value, { binary });
        const [, digits, prefix] = /^([\d.]+)([kKMGTP]?)i?$/.exec(words) ?? [];
        const power = ["", "K", "M", "G", "T", "P"].indexOf(prefix?.toUpperCase() ?? "");
        const back = Number(digits) * (binary ? 1024 : 1000) ** power;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(value * 0.01);
        expect(digits?.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});

test.each([
  [0, "0ns"],
  [58, "58ns"],
  [58.31, "58.3ns"],
  [999.6, "1.00us"],
  [1240, "1.24us"],
  [12_345_678, "12.3ms"],
  [999_999_999, "1.00s"],
  [3.6e12, "3600s"],
])("%d ns are %s", (ns, words) => expect(durationWords(ns)).toBe(words));

test.each([
  [0, "0"],
  [9999, "9999"],
  [10_000, "10.0k"],
  [1_240_000, "1.24M"],
  [3.2, "3.20"],
])("a count of %d is %s", (count, words) => expect(countWords(count)).toBe(words));

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1_234_567, "1,234,567"],
])("all of %d is %s", (count, words) => expect(wholeWords(count)).toBe(words));

test.each([
  [1, "once"],
  [2, "2 times"],
  [12_345, "12,345 times"],
])("%d is %s", (count, words) => expect(timesWords(count)).toBe(words));

test.each([
  [0, "0%"],
  [0.0004, "<0.1%"],
  [0.37, "37.0%"],
  [0.9999, ">99.9%"],
  [1, "100%"],
])("a share of %d is %s", (share, words) => expect(shareWords(share)).toBe(words));

test("a time has ctime's shape, its day padded with a space", () => {
  const words = ctimeWords(Date.UTC(2026, 2, 4, 12));
  expect(words).toMatch(/^[A-Z][a-z]{2} Mar {2}[345] \d\d:00:00 2026$|:30:00 2026$/);
});

test("a table aligns its columns", () => {
  expect(
    table([
      ["op", "n"],
      ["pin_fast", "1"],
      ["io", "1000"],
    ]),
  ).toEqual(["op           n", "pin_fast     1", "io        1000"]);
});

test("wrapping loses no word and keeps to the width", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), (words) => {
      const lines = wrapped(words.join(" "), 12);
      expect(lines.join(" ")).toBe(words.join(" "));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(12);
    }),
  );
});

test.each([
  [0.4, "0 s"],
  [59.6, "1 min 0 s"],
  [185, "3 min 5 s"],
  [7800, "2 h 10 min"],
])("%d seconds are %s", (seconds, words) => expect(spanWords(seconds)).toBe(words));
