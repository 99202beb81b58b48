import { describe, expect, test } from "vitest";
import {
  type ExitStatus,
  exitStatusOf,
  repeatLine,
  runExitReasons,
} from "../../src/results/exit_status.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { jobRecord, judged, runRecord, scenario } from "./fixture.ts";

const breach = { name: "no-overflow", count: 3, expected: false, first: "page 4711" };
const invariants = { checked: ["no-overflow"], promised: ["no-overflow"], violated: [breach] };

function statusOf(...statuses: ExitStatus[]): ExitStatus {
  return exitStatusOf(statuses.map((status) => ({ status, message: "" })));
}

test("the first that applies, in the documented order", () => {
  const order: ExitStatus[] = [107, 104, 98, 105, 96, 95, 97, 99];
  expect(statusOf()).toBe(0);
  order.forEach((status, i) => {
    expect(statusOf(...order.slice(i).reverse())).toBe(status);
  });
});

describe("a run", () => {
  const statusOfRun = (record: Parameters<typeof runExitReasons>[0]): ExitStatus =>
    exitStatusOf(runExitReasons(record));

  test("that went well ends with 0", () => {
    expect(runExitReasons(runRecord())).toEqual([]);
  });

  test("that was interrupted ends with 105, even with a broken promise", () => {
    expect(statusOfRun(runRecord({ interrupted: true, invariants }))).toBe(105);
  });

  test("that broke a promise ends with 96 and says which", () => {
    expect(runExitReasons(runRecord({ invariants }))).toEqual([
      { status: 96, message: "no-overflow violated 3 times: page 4711" },
    ]);
  });

  test("with an expected finding ends with 0", () => {
    const found = { checked: [], promised: [], violated: [{ ...breach, expected: true }] };
    expect(statusOfRun(runRecord({ invariants: found }))).toBe(0);
  });

  test("whose job failed because it broke a promise ends with 96 and says so", () => {
    const jobs = [jobRecord({ error: 12, errorText: "ENOMEM" })];
    const broken = (jobs: string[], expected = false) => ({
      checked: ["no-overflow"],
      promised: ["no-overflow"],
      violated: [{ ...breach, expected, jobs }],
    });
    const record = runRecord({ jobs, invariants: broken(["db"]) });
    expect(runExitReasons(record)).toEqual([
      { status: 96, message: "job db failed: ENOMEM (error 12), because no-overflow was violated" },
      { status: 96, message: "no-overflow violated 3 times: page 4711" },
    ]);
    // It was another job's doing, or nothing that was ever promised.
    expect(statusOfRun(runRecord({ jobs, invariants: broken(["log"]) }))).toBe(107);
    expect(statusOfRun(runRecord({ jobs, invariants: broken(["db"], true) }))).toBe(107);
  });

  test("whose thresholds failed ends with 99, and a line for each", () => {
    const thresholds = [
      judged("pin_fast.p99<5us", { value: 6124, ok: false }),
      judged("violations==0", { value: 0 }),
      judged("mr_reg.p99<1ms", { value: undefined, ok: false }),
    ];
    expect(runExitReasons(runRecord({ thresholds }))).toEqual([
      { status: 99, message: "threshold pin_fast.p99<5us failed: found 6.124us" },
      {
        status: 99,
        message: "threshold mr_reg.p99<1ms failed: nothing measured: the run did no mr_reg",
      },
    ]);
    expect(statusOfRun(runRecord({ thresholds }))).toBe(99);
    expect(statusOfRun(runRecord({ thresholds, invariants }))).toBe(96);
  });

  test("whose worker died ends with 107 and says why", () => {
    const jobs = [jobRecord(), jobRecord({ error: 5, errorText: "the worker of db.1 died" })];
    expect(runExitReasons(runRecord({ jobs, interrupted: true }))[0]).toEqual({
      status: 107,
      message: "job db failed: the worker of db.1 died (error 5)",
    });
    expect(statusOfRun(runRecord({ jobs, interrupted: true, invariants }))).toBe(107);
  });
});

describe("the line that repeats a run", () => {
  test("names all that the run depends on", () => {
    expect(repeatLine(runRecord())).toBe(
      "pinlab run examples/randread-4k.fio --scheme bias --bias 1024 --rules 5.0 --seed 1 " +
        "--duration 10000ms --warmup 1000ms --sample 512",
    );
  });

  test("names the thresholds, quoted", () => {
    const thresholds = [judged("io.p99 < 5us abortOnFail").threshold];
    expect(repeatLine(runRecord({ scenario: scenario({ thresholds }) }))).toMatch(
      / --sample 512 --threshold 'io\.p99 < 5us abortOnFail'$/,
    );
  });

  test("names what is not as the scheme has it", () => {
    const machine = completeMachine({
      scheme: "mapcount",
      sync: "barrier",
      onPinned: { background: "wait", fsync: "bounce" },
      testAt: "before-mkclean",
      recheck: "none",
      tlb: "broadcast",
      stablePages: false,
      variant: "drop-G3",
    });
    expect(repeatLine(runRecord({ scenario: scenario({ machine }) }))).toContain(
      ".fio --scheme mapcount+barrier --variant drop-G3 --rules 5.0 --on-pinned wait/bounce " +
        "--test-at before-mkclean --recheck none --tlb broadcast --stable-pages no --seed 1",
    );
  });

  test("names all of it beside a scenario file, which may say something else", () => {
    const source = "experiments/litmus.yaml";
    expect(repeatLine(runRecord({ scenario: scenario({ source }) }))).toContain(
      "--rules 5.0 --on-pinned skip/bounce --test-at after-mkclean --recheck before-lock --tlb ipi",
    );
  });

  test("quotes what a shell would take apart", () => {
    const source = "it's a job.fio";
    expect(repeatLine(runRecord({ scenario: scenario({ source }) }))).toContain(
      "pinlab run 'it'\\''s a job.fio' --scheme",
    );
  });

  test("there is none for a program's scenario", () => {
    expect(repeatLine(runRecord({ scenario: scenario({ source: "api" }) }))).toBeUndefined();
  });
});
