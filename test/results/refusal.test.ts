import { describe, expect, test } from "vitest";
import { exitStatusOf, runExitReasons } from "../../src/results/exit_status.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import { exactRun, violated } from "../support/runs.ts";

const LONG_TERM = ["fixed_buffers", "rdma_mr"] as const;
const SMALL = { iodepth: 4, sizeBytes: 65536, ioSizeBytes: 65536 };

test("mapcount and large folios: the scheme's refusal, counted, and no fault of ours", async () => {
  const record = await exactRun({ ...SMALL, folioOrder: 9 }, { scheme: "mapcount" });
  expect(record.work.pins_refused).toBeGreaterThan(0);
  expect(violated(record)).toEqual([]);
  const reasons = runExitReasons(record);
  expect(exitStatusOf(reasons)).toBe(104);
  expect(reasons[0]?.message).toMatch(/mapcount cannot count pins of large folios/);
});

describe("buffers in the pages of a file", () => {
  test("O_DIRECT pins one page a 4k I/O, in the fast path", async () => {
    const job = { iodepth: 8, numberIos: 1000, bufferFile: "/data", readPercent: 50 };
    const record = await exactRun(job, { rules: "6.13" });
    expect(record.vmstat).toMatchObject({ nr_foll_pin_acquired: 1000, nr_foll_pin_released: 1000 });
    expect(record.vmstat.nr_gup_slow_pages_requested).toBe(0);
    expect(violated(record)).toEqual([]);
  });

  test.each(LONG_TERM)("%s is refused under 6.13: the job's fault, not ours", async (pattern) => {
    // What a job writes it has filled before: the fast path finds the first page.
    const job = { ...SMALL, pattern, bufferFile: "/data", readPercent: 50 };
    const record = await exactRun(job, { rules: "6.13" });
    expect(record.jobs[0]?.error).toBe(14);
    expect(record.pins.fastFallbacks.not_allowed).toBe(1);
    expect(violated(record)).toEqual([]);
    const reasons = runExitReasons(record);
    expect(exitStatusOf(reasons)).toBe(104);
    expect(reasons[0]?.message).toMatch(/rules 6\.13 do not let .* the file \/data long-term/);
  });

  test.each([
    ["5.7", "/data"],
    ["6.13", "/dev/shm/data"],
    ["6.13", "/dev/zero"],
  ] as const)("long-term pins are allowed under %s in %s", async (rules, bufferFile) => {
    for (const pattern of LONG_TERM) {
      const record = await exactRun({ ...SMALL, pattern, bufferFile }, { rules });
      expect(runExitReasons(record)).toEqual([]);
      expect(record.vmstat.nr_foll_pin_acquired).toBe(4);
    }
  });

  test("have no huge pages", () => {
    const job = { bufferFile: "/data", folioOrder: 9 };
    expect(() => makeScenario({ jobs: [job] })).toThrow(ConfigurationError);
  });
});
