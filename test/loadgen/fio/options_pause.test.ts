import { describe, expect, test } from "vitest";
import { foundWith, jobWith, problemsIn, read } from "./reading.ts";

const US = 1000;
const MS = 1000 * US;
const notesWith = (...lines: string[]) =>
  read(`[j]\nsize=64m\ndirect=1\n${lines.join("\n")}\n`).notes;

describe("thinktime", () => {
  test.each([
    ["5", 5 * US],
    ["4007", 4007 * US],
    ["5us", 5 * US],
    ["5ms", 5 * MS],
    ["1s", 1000 * MS],
    ["$ncpus*100", 600 * US],
  ])("%s is %i ns", (value, pauseNs) => {
    expect(jobWith(`thinktime=${value}`).thinktime).toEqual({
      pauseNs,
      spinNs: 0,
      blocks: 1,
      countedAt: "complete",
    });
  });

  test("spins at most as long as it lasts, as in fio", () => {
    const lines = ["thinktime_spin=10", "thinktime_blocks=4", "thinktime_blocks_type=issue"];
    expect(jobWith("thinktime=5", ...lines).thinktime).toEqual({
      pauseNs: 5 * US,
      spinNs: 5 * US,
      blocks: 4,
      countedAt: "issue",
    });
    expect(jobWith("thinktime=20", ...lines).thinktime?.spinNs).toBe(10 * US);
    expect(jobWith("thinktime=20", "thinktime_blocks=0").thinktime?.blocks).toBe(1);
  });

  test("of nothing is none, and a spin without one has no effect", () => {
    expect(jobWith("thinktime=0", "thinktime_spin=5").thinktime).toBeUndefined();
    expect(notesWith("thinktime_spin=5")).toEqual([
      "job j: thinktime_spin without a thinktime has no effect",
    ]);
  });

  test.each(["-1", "1.5", "1,2", "x", "", "1k", "2d", "5000000000000"])(
    "%s is refused",
    (value) => {
      expect(foundWith(`thinktime=${value}`)).toHaveLength(1);
    },
  );

  test("says in which unit a bare number is", () => {
    const [problem] = problemsIn("[j]\nsize=1m\nthinktime=1k\n");
    expect(problem?.found).toBe('thinktime: "1k": no unit k');
    expect(problem?.accepted).toMatch(/^thinktime takes microseconds, or a whole number with/);
  });
});

describe("startdelay", () => {
  test.each([
    ["5", 5000],
    ["500ms", 500],
    ["2m", 120_000],
    ["7-7", 7000],
    ["0", 0],
  ])("%s is %i ms", (value, ms) => {
    expect(jobWith(`startdelay=${value}`).startDelayMs).toBe(ms);
  });

  test("of a range is drawn from the job's name, within it, and said", () => {
    const drawn = (name: string) => {
      const { groups, notes } = read(`[${name}]\nsize=1m\ndirect=1\nstartdelay=5-10\n`);
      const ms = groups[0]?.jobs[0]?.startDelayMs ?? -1;
      expect(notes).toEqual([
        `job ${name}: startdelay: ${ms} ms of 5000 to 10000 ms, drawn from the job's name`,
      ]);
      return ms;
    };
    const names = Array.from({ length: 40 }, (_, i) => `job ${i}`);
    const values = names.map(drawn);
    expect(names.map(drawn)).toEqual(values);
    expect(new Set(values).size).toBeGreaterThan(30);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(5000);
    expect(Math.max(...values)).toBeLessThanOrEqual(10_000);
  });

  test("refuses a range whose first unit fio would drop", () => {
    expect(foundWith("startdelay=1m-2m")).toEqual([
      '3: startdelay: "1m" begins a range, and fio drops its unit; write it in seconds',
    ]);
    expect(jobWith("startdelay=60-2m").startDelayMs).toBeGreaterThanOrEqual(60_000);
  });

  test.each(["3-1", "-1", "1-2-3", "-", "1.5", "x", "2d", ""])("%s is refused", (value) => {
    expect(foundWith(`startdelay=${value}`)).toHaveLength(1);
  });
});

describe("ramp_time and loops", () => {
  test("are seconds and repetitions; no loop is one", () => {
    expect(jobWith("ramp_time=2").rampMs).toBe(2000);
    expect(jobWith("ramp_time=0").rampMs).toBe(0);
    expect(jobWith().rampMs).toBeUndefined();
    expect(["loops=3", "loops=1k", "loops=0"].map((line) => jobWith(line).loops)).toEqual([
      3, 1024, 1,
    ]);
  });

  test.each(["ramp_time=2d", "ramp_time=1-2", "loops=-1", "loops=5000000000", "loops"])(
    "%s is refused",
    (line) => {
      expect(foundWith(line)).toHaveLength(1);
    },
  );
});

describe("io_submit_mode=offload", () => {
  test("gives a synchronous engine its depth", () => {
    expect(jobWith("iodepth=4").iodepth).toBe(1);
    const job = jobWith("iodepth=4", "io_submit_mode=offload");
    expect([job.iodepth, job.submit]).toEqual([4, "offload"]);
    expect(foundWith("io_submit_mode=async")).toHaveLength(1);
  });

  test.each(["thinktime=1ms", "latency_target=1ms", "read_iolog=/nowhere.log"])(
    "refuses %s where it stands: its submitters know only their own I/Os",
    (line) => {
      const [found] = foundWith("io_submit_mode=offload", line);
      expect(found).toMatch(`4: ${line.split("=")[0]} with io_submit_mode=offload, whose subm`);
      expect(foundWith("io_submit_mode=offload", line, "io_submit_mode=inline")).toHaveLength(
        line.startsWith("read_iolog") ? 1 : 0,
      );
    },
  );

  test("counts its submitters as actors", () => {
    const file = (depth: number) =>
      `[a]\nsize=1m\nioengine=libaio\nnumjobs=4\nio_submit_mode=offload\niodepth=${depth}\n`;
    expect(problemsIn(file(32))).toEqual([]);
    expect(problemsIn(file(33))).toMatchObject([
      {
        where: "jobs/some.fio:1",
        found: '132 actors together with job "a"',
        accepted: "at most 128 in a stonewall group; lower numjobs or iodepth or add a stonewall",
      },
    ]);
  });
});
