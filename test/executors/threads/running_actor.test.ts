import { expect, test } from "vitest";
import {
  OP_MR_DEREG,
  OP_MR_REG,
  OP_PIN_FAST,
  OP_PIN_SLOW,
  OP_UNPIN,
} from "../../../assembly/shared/codes.ts";
import { CPU_HEARTBEAT } from "../../../assembly/shared/layout.ts";
import {
  keptOperations,
  RunningActor,
  SETUP_LIMIT_MS,
  STUCK_AFTER_MS,
} from "../../../src/executors/threads/running_actor.ts";
import { monotonicNs } from "../../../src/machine/clock.ts";
import { cpuAddress } from "../../../src/machine/machine.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import { emptyGroup } from "../../support/fake_workers.ts";

/** An actor whose worker does nothing, its heartbeat, and who looks at it. */
function watched() {
  const { context, actors } = emptyGroup(makeScenario({ jobs: [{}] }));
  const [actor] = actors;
  if (!actor) throw new Error("no actor");
  const pool = { run: () => new Promise(() => {}) };
  const running = new RunningActor({ ...context, pool }, actor, 1);
  const { words } = context.machine;
  const heartbeat = (cpuAddress(context.machine, actor.cpu) + CPU_HEARTBEAT) / 4;
  let nowMs = Math.ceil(monotonicNs() / 1e6);
  return {
    beat: () => {
      words[heartbeat] = (words[heartbeat] ?? 0) + 1;
    },
    /** Looks ten times a second for so long: is it stuck in the end? */
    looks: (ms: number): boolean => {
      let stuck = false;
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs += 100;
        stuck = running.isStuck(nowMs * 1e6);
      }
      return stuck;
    },
    isAbsent: (ms: number): void => {
      nowMs += ms;
    },
  };
}

test("an actor may take long to set up, and then not long to move", () => {
  const actor = watched();
  expect(actor.looks(SETUP_LIMIT_MS - 1000)).toBe(false);
  expect(actor.looks(2000)).toBe(true);
  actor.beat();
  expect(actor.looks(STUCK_AFTER_MS - 1000)).toBe(false);
  actor.beat();
  expect(actor.looks(STUCK_AFTER_MS)).toBe(false);
  expect(actor.looks(2000)).toBe(true);
});

test("time in which nobody looked, because all of the program was stopped, does not count", () => {
  const actor = watched();
  actor.looks(100);
  actor.beat();
  expect(actor.looks(1000)).toBe(false);
  actor.isAbsent(10 * STUCK_AFTER_MS);
  expect(actor.looks(STUCK_AFTER_MS - 1200)).toBe(false);
  expect(actor.looks(2000)).toBe(true);
});

test.each([
  { pattern: "direct_io", lifetimeMs: 0, keeps: [] },
  { pattern: "fixed_buffers", lifetimeMs: 0, keeps: [OP_PIN_FAST, OP_PIN_SLOW, OP_UNPIN] },
  { pattern: "rdma_mr", lifetimeMs: 0, keeps: [OP_MR_REG, OP_MR_DEREG] },
  { pattern: "rdma_mr", lifetimeMs: 5, keeps: [] },
] as const)("$pattern with a lifetime of $lifetimeMs ms", ({ pattern, lifetimeMs, keeps }) => {
  expect(keptOperations({ ...DEFAULT_JOB, pattern, lifetimeMs })).toEqual(keeps);
});
