import { describe, expect, test } from "vitest";
import { foundWith, jobWith, read } from "./reading.ts";

describe("random_distribution", () => {
  test.each([
    ["random", { kind: "random" }],
    ["zipf", { kind: "zipf", theta: 1.1 }],
    ["zipf:0.5", { kind: "zipf", theta: 0.5 }],
    ["pareto", { kind: "pareto", power: 0.2 }],
    ["pareto:.9", { kind: "pareto", power: 0.9 }],
    ["normal:30", { kind: "normal", deviationPercent: 30 }],
  ])("%s", (text, distribution) => {
    const job = jobWith("rw=randread", `random_distribution=${text}`);
    expect(job.randomDistribution).toEqual(distribution);
    expect(job.norandommap).toBe(text !== "random");
  });

  test("zoned shares what is left of the file among zones without a size", () => {
    const job = jobWith("random_distribution=zoned:60/10:30/20:10");
    expect(job.randomDistribution).toEqual({
      kind: "zoned",
      zones: [
        { accessPercent: 60, sizePercent: 10 },
        { accessPercent: 30, sizePercent: 20 },
        { accessPercent: 10, sizePercent: 70 },
      ],
    });
  });

  test("zoned_abs becomes shares of the size", () => {
    const job = jobWith("size=1m", "random_distribution=zoned_abs:60/512k:30/256k:10/0");
    expect(job.randomDistribution).toEqual({
      kind: "zoned",
      zones: [
        { accessPercent: 60, sizePercent: 50 },
        { accessPercent: 30, sizePercent: 25 },
        { accessPercent: 10, sizePercent: 25 },
      ],
    });
    expect(foundWith("size=64k", "random_distribution=zoned_abs:100/1m")).toHaveLength(1);
  });

  test("of writes is used by a job that writes; a mix notes that it takes that of reads", () => {
    const lines = "random_distribution=zoned:100/10,100/20";
    expect(jobWith("rw=randwrite", lines).randomDistribution).toMatchObject({
      zones: [{ sizePercent: 20 }],
    });
    expect(read(`[j]\nsize=1m\ndirect=1\nrw=randrw\n${lines}\n`).notes).toHaveLength(1);
  });

  test("does not model a center, and says so", () => {
    const { notes } = read("[j]\nsize=1m\ndirect=1\nrandom_distribution=zipf:1.2:0.5\n");
    expect(notes[0]).toContain("the center 0.5 is not modelled");
  });

  test.each([
    ...["zipf:1", "zipf:x", "zipf:-2", "pareto:1", "pareto:0", "normal:100", "zipf:1.2:7"],
    ...["zoned", "zoned:60/10:30/20", "zoned:60/10:40/95", "zoned:50/50:50/60", "poisson"],
  ])("%s is refused", (text) => {
    expect(foundWith(`random_distribution=${text}`)).toHaveLength(1);
  });
});
