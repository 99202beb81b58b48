import { describe, expect, test } from "vitest";
import { ACTOR_PATTERN, ACTOR_READ_IOS } from "../../../assembly/shared/actor_layout.ts";
import {
  CONTROL_KILL,
  CONTROL_READY,
  CONTROL_STOP,
  CPU_ACTOR,
  MM_MMAP_LOCK,
  MM_WRITE_PROTECT_SEQ,
  PAGE_REFCOUNT,
} from "../../../assembly/shared/layout.ts";
import { runGroup } from "../../../src/executors/threads/run_group.ts";
import type { RunProgress } from "../../../src/executors/threads/run_threads.ts";
import { cpuAddress, type Machine, mmAddress, pageAddress } from "../../../src/machine/machine.ts";
import { exitStatusOf, runExitReasons } from "../../../src/results/exit_status.ts";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import { becomesSet, emptyGroup } from "../../support/fake_workers.ts";
import { timedRun, violated } from "../../support/runs.ts";

const ENOUGH_READS = 1000;

/** Does something to the machine once, when every actor has measured so many reads. */
function once(meddle: (machine: Machine) => void): (progress: RunProgress) => void {
  let done = false;
  return ({ phase, machine, actors }) => {
    const readsOf = (cpu: number): bigint =>
      Atomics.load(machine.longs, (cpuAddress(machine, cpu) + CPU_ACTOR + ACTOR_READ_IOS) / 8);
    const reads = Array.from({ length: actors }, (_, cpu) => readsOf(cpu));
    if (done || phase !== "measure" || reads.some((count) => count <= ENOUGH_READS)) return;
    done = true;
    meddle(machine);
  };
}

/** Longer than any of these tests lasts: something else ends the run. */
const RUN = { durationMs: 60_000, warmupMs: 0 };
const TWO = [{ name: "victim" }, { name: "other", iodepth: 4 }];

describe("what goes wrong is said, and loses nothing", () => {
  test("a worker that dies ends the run, is named, and the other's figures stay", async () => {
    const record = await timedRun(
      { run: RUN, jobs: TWO },
      {
        onProgress: once((machine) => {
          machine.words[(cpuAddress(machine, 0) + CPU_ACTOR + ACTOR_PATTERN) / 4] = 99;
        }),
      },
    );
    expect(record.jobs.map(({ error }) => error !== 0)).toEqual([true, false]);
    expect(record.jobs[0]?.errorText).toContain("impossible state");
    expect(record.jobs[1]?.read.ios).toBeGreaterThan(ENOUGH_READS);
    expect(record.invariants.checked).not.toContain("conserved-refcount");
    expect(exitStatusOf(runExitReasons(record))).toBe(107);
  });

  test("a stuck worker is ended by the watchdog within seconds, and named", async () => {
    const record = await timedRun(
      { run: RUN, jobs: TWO },
      {
        // Its mmap_lock is held by nobody that lives, and every pin needs the slow path.
        onProgress: once((machine) => {
          const mm = mmAddress(machine, 0);
          machine.words[(mm + MM_MMAP_LOCK) / 4] = 0x80000000 | 0;
          machine.words[(mm + MM_WRITE_PROTECT_SEQ) / 4] = 1;
        }),
      },
    );
    expect(record.jobs[0]?.errorText).toContain("watchdog");
    expect(violated(record)).toContain("no-deadlock");
    expect(record.jobs[1]?.read.ios).toBeGreaterThan(ENOUGH_READS);
  }, 15_000);

  test("a stray reference is a violation of conserved-refcount", async () => {
    const record = await timedRun(
      { run: { ...RUN, durationMs: 1500 }, jobs: TWO },
      {
        onProgress: once((machine) => {
          const refcount = (pageAddress(machine, machine.plan.pages - 1) + PAGE_REFCOUNT) / 4;
          Atomics.add(machine.words, refcount, 1);
        }),
      },
    );
    expect(violated(record)).toEqual(["conserved-refcount"]);
    expect(record.invariants.violated[0]?.first).toContain("refcount 1, the ledgers say 0");
    expect(exitStatusOf(runExitReasons(record))).toBe(96);
  });

  test("an interruption ends the run within a second; what was measured is there", async () => {
    const controller = new AbortController();
    const record = await timedRun(
      { run: RUN, jobs: TWO },
      { signal: controller.signal, onProgress: once(() => controller.abort()) },
    );
    expect(record.interrupted).toBe(true);
    expect(record.jobs[0]?.read.ios).toBeGreaterThan(ENOUGH_READS);
    expect(violated(record)).toEqual([]);
    expect(exitStatusOf(runExitReasons(record))).toBe(105);
    // Cut short: what was measured is less than the minute that was asked for.
    expect(record.durationNs).toBeLessThan(60e9);
  });
});

test("who waits for a worker that died while it drained is released at once", async () => {
  const scenario = makeScenario({ run: { durationMs: 30, warmupMs: 0 }, jobs: [{ clones: 2 }] });
  const { context, actors } = emptyGroup(scenario);
  const { machine } = context;
  const answer = { error: 0, stage: "run", measuredNs: 1 } as const;
  let started = 0;
  const pool = {
    run: async () => {
      const dies = started++ === 0;
      Atomics.add(machine.words, CONTROL_READY >>> 2, 1);
      await becomesSet(machine, dies ? CONTROL_STOP : CONTROL_KILL);
      if (dies) throw new Error("unreachable");
      return answer;
    },
  };
  const { ends, measured } = await runGroup({ ...context, pool }, actors);
  expect(ends).toEqual([
    { kind: "died", why: "the core met an impossible state and trapped" },
    { kind: "answered", answer },
  ]);
  expect(measured?.wallNs).toBeGreaterThanOrEqual(30e6);
});
