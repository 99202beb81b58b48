import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import { actorsOf, tooManyActors } from "../../src/scenario/group_size.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import { partOf, submittersOf } from "../../src/scenario/submitters.ts";

const offload = (given: Partial<Job> = {}): Job => ({
  ...DEFAULT_JOB,
  submit: "offload",
  ...given,
});
const partsOf = (job: Job): Job[] =>
  Array.from({ length: submittersOf(job) }, (_, i) => partOf(job, i));

describe("a clone whose submission is offloaded", () => {
  test("has a submitter for each place in its queue, with one I/O in flight", () => {
    expect(partsOf(offload({ iodepth: 5 })).map(({ iodepth }) => iodepth)).toEqual([1, 1, 1, 1, 1]);
    expect(submittersOf({ ...DEFAULT_JOB, iodepth: 5 })).toBe(1);
    expect(submittersOf(offload({ iodepth: 5, pattern: "gup_test" }))).toBe(1);
  });

  test("splits its limits so that they add up to the job's, loops included", () => {
    const whole = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        whole,
        whole,
        fc.integer({ min: 1, max: 3 }),
        (iodepth, ios, blocks, loops) => {
          const job = offload({ iodepth, numberIos: ios, ioSizeBytes: blocks * 4096, loops });
          const sum = (of: (part: Job) => number) =>
            partsOf(job).reduce((total, part) => total + of(part) * part.loops, 0);
          expect(sum((part) => part.numberIos ?? 0)).toBe(ios * loops);
          expect(sum((part) => part.ioSizeBytes)).toBe(blocks * 4096 * loops);
        },
      ),
    );
  });

  test("splits its rates evenly", () => {
    const arrivals = {
      process: "linear",
      read: { per: "ios", aSecond: 900 },
      write: undefined,
    } as const;
    const parts = partsOf(offload({ iodepth: 3, arrivals }));
    expect(parts.map((part) => part.arrivals?.read?.aSecond)).toEqual([300, 300, 300]);
    expect(parts[0]?.arrivals?.write).toBeUndefined();
  });
});

describe("how many actors a group may have", () => {
  test("submitters count, and the message says so", () => {
    const group = { jobs: [offload({ clones: 2, iodepth: 65 })] };
    expect(actorsOf(group)).toBe(130);
    expect(tooManyActors(group, "jobs")).toEqual({
      where: "jobs",
      found:
        "130 actors in one stonewall group (clones times iodepth, where submission is offloaded)",
      accepted: "at most 128: fewer clones (numjobs), a lower iodepth, or a stonewall between jobs",
    });
    expect(tooManyActors({ jobs: [offload({ clones: 2, iodepth: 64 })] }, "jobs")).toBeUndefined();
  });
});

describe("what does not go together", () => {
  const thinktime = { pauseNs: 1, spinNs: 0, blocks: 1, countedAt: "issue" } as const;
  const latencyGoal = { targetNs: 1, windowMs: 1, percentile: 99, keepsRunning: false };
  const arrivals = { process: "linear", read: { per: "ios", aSecond: 1 } } as const;
  const replay = {
    files: ["log"],
    keepsTime: false,
    timeScalePercent: 100,
    skip: [],
    largestBytes: 4096,
  };
  test.each([
    ["thinktime", { submit: "offload", thinktime }],
    ["latencyGoal", { submit: "offload", latencyGoal }],
    ["replay", { submit: "offload", replay }],
    ["arrivals", { arrivals, replay }],
  ] as const)("%s", (name, job) => {
    expect(() => makeScenario({ jobs: [job] })).toThrow(ConfigurationError);
    expect(() => makeScenario({ jobs: [job] })).toThrow(`groups.0.jobs.0: ${name}`);
  });
});
