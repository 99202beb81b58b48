import { describe, expect, test } from "vitest";
import { foundWith, jobWith, problemsIn, read } from "./reading.ts";

const notesWith = (...lines: string[]) =>
  read(`[j]\nsize=64m\ndirect=1\n${lines.join("\n")}\n`).notes;

describe("latency_target", () => {
  test("is in us, as its window, and of all I/Os unless said", () => {
    expect(jobWith("latency_target=500", "latency_window=5s").latencyGoal).toEqual({
      targetNs: 500_000,
      windowMs: 5000,
      percentile: 100,
      keepsRunning: false,
    });
    const lines = ["latency_window=250", "latency_percentile=99.9", "latency_run=1"];
    expect(jobWith("latency_target=2ms", ...lines).latencyGoal).toEqual({
      targetNs: 2e6,
      windowMs: 0.25,
      percentile: 99.9,
      keepsRunning: true,
    });
  });

  test("of nothing is no goal, and a window alone has no effect", () => {
    expect(jobWith("latency_target=0", "latency_window=5").latencyGoal).toBeUndefined();
    expect(notesWith("latency_window=5")).toEqual([
      "job j: latency_window and latency_run without a latency_target have no effect",
    ]);
  });

  test("without a window, or of no I/O at all, is taken as fio takes it, and that is said", () => {
    expect(jobWith("latency_target=5").latencyGoal?.windowMs).toBe(0.001);
    expect(notesWith("latency_target=5")).toEqual([
      "job j: latency_target without a latency_window: each I/O decides on the depth",
    ]);
    const none = ["latency_target=5", "latency_window=5", "latency_percentile=0"];
    expect(jobWith(...none).latencyGoal).toBeUndefined();
    expect(notesWith(...none)).toEqual([
      "job j: latency_percentile=0 asks nothing of any I/O: iodepth stays as it is",
    ]);
  });

  test.each([
    ...["latency_target=-1", "latency_target=x", "latency_window=1.5", "latency_percentile=101"],
    ...["latency_percentile=-1", "latency_percentile=90:99", "latency_percentile", "latency_run"],
    ...["latency_percentile=.", "latency_run=2"],
  ])("%s is refused", (line) => {
    expect(foundWith(line)).toHaveLength(1);
  });
});

describe("steadystate", () => {
  const window = "ss_dur=4";
  test.each([
    ["iops:5%", "iops", "deviation", 5, true],
    ["iops:50.5", "iops", "deviation", 50.5, false],
    ["iops_slope:0.3%", "iops", "slope", 0.3, true],
    ["iops_slope:.1%", "iops", "slope", 0.1, true],
    ["bw:1m", "bw", "deviation", 2 ** 20, false],
    ["bw:0x10", "bw", "deviation", 16, false],
    ["bw:5 %", "bw", "deviation", 5, true],
    ["bw_slope:1k", "bw", "slope", 1024, false],
  ])("%s", (value, measure, criterion, limit, inPercent) => {
    expect(jobWith(`ss=${value}`, window, "ss_ramp=3").steadyState).toEqual({
      ...{ measure, criterion, limit, inPercent },
      windowMs: 4000,
      rampMs: 3000,
    });
  });

  test("has fio's own criterion when only a window is given", () => {
    expect(jobWith(window).steadyState).toMatchObject({
      ...{ measure: "iops", criterion: "slope", limit: 0.01, inPercent: true },
    });
  });

  test("counts whole seconds, and says so", () => {
    expect(jobWith("ss=iops:5%", "ss_dur=2500ms").steadyState?.windowMs).toBe(2000);
    expect(notesWith("ss=iops:5%", "ss_dur=2500ms")).toEqual([
      "job j: steadystate_duration is 2 s: fio counts whole seconds",
    ]);
    expect(notesWith("ss=iops:5%", "ss_dur=500ms")).toEqual([
      "job j: steadystate_duration below a second has no effect, as in fio",
    ]);
    expect(notesWith("ss=iops:5%")).toEqual([
      "job j: steadystate without a steadystate_duration has no effect",
    ]);
    expect(notesWith("ss=iops_slope:5%", "ss_dur=1")).toEqual([
      "job j: one second has no slope: with steadystate_duration=1 it is never steady",
    ]);
  });

  test.each([
    ...["", "iops", "iops:", "iops:x", "iops:-5", "iops:1k", "iops:5%x", "iops:5%%", "iops:%"],
    ...["bw:1.5m", "bw:10s", "bw:-1", "bw:", "lat:5", "toString:5", "iops 5%", "iops:1e9"],
  ])("ss=%s is refused", (value) => {
    expect(foundWith(`ss=${value}`, window)).toHaveLength(1);
  });

  test("says what a limit may be", () => {
    const [problem] = problemsIn("[j]\nsize=1m\nss=lat:5\n");
    expect(problem).toEqual({
      where: "jobs/some.fio:3",
      found: 'ss: "lat"',
      accepted:
        "ss takes iops, iops_slope, bw, bw_slope, a colon and a limit: I/Os, or bytes as 4096 " +
        "or 1m, or percent of the mean as 5%",
    });
  });
});

describe("the jobs of a reporting group", () => {
  const first = "[a]\nsize=1m\nss=iops:5%\nss_dur=5\n";
  test("have the same steady state, as fio demands", () => {
    expect(problemsIn(`${first}[b]\nsize=1m\n`)).toEqual([
      {
        where: "jobs/some.fio:5",
        found: 'another steadystate than that of job "a" of the same group',
        accepted: "the same steadystate options, or new_group, or a stonewall",
      },
    ]);
    const other = "[b]\nsize=1m\nss=iops:5%\nss_dur=6\n";
    expect(problemsIn(first + other).map(({ where }) => where)).toEqual(["jobs/some.fio:8"]);
    const same = "[b]\nsize=1m\nss=iops:5%\nss_dur=5000ms\n";
    expect(problemsIn(first + same)).toEqual([]);
    expect(problemsIn(`${first}[b]\nnew_group\nsize=1m\n`)).toEqual([]);
    expect(problemsIn(`${first}[b]\nstonewall\nsize=1m\n`)).toEqual([]);
  });
});
