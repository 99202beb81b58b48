import { beforeAll, describe, expect, test } from "vitest";
import { PAGE_REFCOUNT } from "../../../assembly/shared/layout.ts";
import { type Machine, pageAddress } from "../../../src/machine/machine.ts";
import type { RunRecord } from "../../../src/results/record.ts";
import { chromeTrace } from "../../../src/results/trace_chrome.ts";
import { ftraceText } from "../../../src/results/trace_ftrace.ts";
import { COUNTS_OF_LARGE } from "../../support/lab.ts";
import { timedRun, violated } from "../../support/runs.ts";
import { type ChromeFile, chromeProblems, readFtrace } from "../../support/trace_files.ts";
import { contradictions } from "../../support/tracing.ts";

const bs = (bytes: number) => [{ minBytes: bytes, maxBytes: bytes, percent: 100 }];
const JOBS = [
  { name: "dio", clones: 2, iodepth: 8, readPercent: 50, numberIos: 400, readSizes: bs(16384) },
  { name: "mr", pattern: "rdma_mr", folioOrder: 9, iodepth: 2, numberIos: 50 },
] as const;

describe("a whole run's events replay the machine", () => {
  test.each(COUNTS_OF_LARGE)(
    "%s: from boot to teardown every count is accounted for",
    async (scheme) => {
      let machine: Machine | undefined;
      const record = await timedRun(
        { machine: { scheme }, run: { warmupMs: 0 }, jobs: JOBS },
        {
          trace: { eventsPerCpu: 2 ** 17 },
          onProgress: (progress) => {
            machine = progress.machine;
          },
        },
      );
      expect(record.trace).toMatchObject({ dropped: 0, eventsPerCpu: 2 ** 17 });
      expect(violated(record)).toEqual([]);
      const at = (pfn: number) => (pageAddress(machine as Machine, pfn) + PAGE_REFCOUNT) / 4;
      const traces = record.trace?.groups[0]?.cpus ?? [];
      expect(traces.map(({ written }) => written > 100)).toEqual([true, true, true]);
      expect(contradictions(traces, (pfn) => machine?.words[at(pfn)] ?? 0)).toEqual([]);
    },
  );
});

describe("a run of two groups", () => {
  let record: RunRecord;
  beforeAll(async () => {
    const job = { numberIos: 200, iodepth: 4 } as const;
    record = await timedRun(
      {
        machine: { scheme: "hybrid" },
        run: { warmupMs: 0 },
        groups: [
          { jobs: [{ ...job, name: "first", clones: 2 }] },
          { jobs: [{ ...job, name: "second", numberIos: 5000 }] },
        ],
      },
      { trace: { eventsPerCpu: 4096 } },
    );
  });

  test("gathers each group before the next one writes over it", () => {
    expect(record.trace?.groups.map(({ actors }) => actors)).toEqual([
      ["first.0", "first.1"],
      ["second"],
    ]);
    const lost = record.trace?.groups.map(({ cpus }) =>
      cpus.map(({ written, events }) => written - events.length > 0),
    );
    expect(lost).toEqual([
      [false, false],
      [true, false],
    ]);
    const { written = 0, kept = 0, dropped = 0 } = record.trace ?? {};
    expect(dropped).toBeGreaterThan(0);
    expect(written).toBe(kept + dropped);
    expect(record.notes.join()).toMatch(/latencies and rates include the recording.*teardown/);
  });

  test("its Chrome JSON nests, names its threads and pairs its I/Os", () => {
    const file = JSON.parse([...chromeTrace(record)].join("")) as ChromeFile;
    expect(chromeProblems(file)).toEqual([]);
    expect(file.otherData).toMatchObject({ scheme: "hybrid", bias: 1024, seed: 1 });
    expect(file.otherData.dropped).toBe(record.trace?.dropped);
    const names = file.traceEvents.filter(({ name }) => name === "thread_name");
    expect(names.map(({ pid, args }) => [pid, args?.name])).toEqual([
      [1, "first.0"],
      [1, "first.1"],
      [2, "second"],
    ]);
    const kinds = new Set(file.traceEvents.map(({ ph, name }) => `${ph} ${name}`));
    for (const kind of ["X pin_fast", "X unpin", "X fault", "b read", "e read"]) {
      expect(kinds).toContain(kind);
    }
    const reads = (pid: number, ph: string) =>
      file.traceEvents.filter((event) => event.pid === pid && event.ph === ph).length;
    expect([reads(1, "b"), reads(1, "e")]).toEqual([400, 400]);
  });

  test("its ftrace text is what the kernel prints", () => {
    const { lines, lost, inBuffer, written, cpus } = readFtrace([...ftraceText(record)].join(""));
    expect([lines.length, cpus]).toEqual([inBuffer, 2]);
    expect([...lost.keys()]).toEqual([0]);
    expect(written - inBuffer).toBe(lost.get(0));
    // One small page, pinned fast under hybrid: the sequence of §5.2.
    const first = lines.filter(({ task }) => task === "first.0");
    const pfn = first.find(({ val }) => val === 1023)?.pfn;
    const ofPage = first.filter((line) => line.pfn === pfn);
    const at = ofPage.findIndex(({ val }) => val === 1023);
    expect(ofPage.slice(at - 1, at + 2)).toMatchObject([
      { event: "page_ref_mod_unless", val: 1, count: 2, ret: 1, irqs: "d", mapcount: 0 },
      { event: "page_ref_mod", val: 1023, count: 1025, irqs: "d" },
      { event: "page_ref_mod_and_test", val: -1024, count: 1, ret: 0, irqs: "." },
    ]);
    expect(ofPage[at + 1]?.flags).toMatch(/^referenced\|uptodate\|dirty\|owner_2\|swapbacked$/);
    const ofGroup = lines.filter(({ task }) => task.startsWith("first"));
    const times = ofGroup.map(({ seconds }) => seconds);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

test("a run that is not traced says so", async () => {
  const record = await timedRun({ run: { warmupMs: 0 }, jobs: [{ name: "j", numberIos: 10 }] });
  expect(record.trace).toBeUndefined();
  expect(record.notes).toEqual([]);
});
