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

const SLACK_NS = 1e9;

test("an actor may take long to set up, and then not long to move", () => {
  const { context, actors } = emptyGroup(makeScenario({ jobs: [{}] }));
  const pool = { run: () => new Promise(() => {}) };
  const [actor] = actors;
  if (!actor) throw new Error("no actor");
  const running = new RunningActor({ ...context, pool }, actor, 1);
  const begin = monotonicNs();
  expect(running.isStuck(begin + (SETUP_LIMIT_MS - 1000) * 1e6)).toBe(false);
  expect(running.isStuck(begin + SETUP_LIMIT_MS * 1e6 + SLACK_NS)).toBe(true);
  const { machine } = context;
  const heartbeat = (cpuAddress(machine, actor.cpu) + CPU_HEARTBEAT) / 4;
  machine.words[heartbeat] = 1;
  expect(running.isStuck(begin + SETUP_LIMIT_MS * 1e6 + SLACK_NS)).toBe(false);
  const later = begin + (SETUP_LIMIT_MS + STUCK_AFTER_MS) * 1e6;
  expect(running.isStuck(later)).toBe(false);
  expect(running.isStuck(later + 2 * SLACK_NS)).toBe(true);
});

test.each([
  { pattern: "direct_io", lifetimeMs: 0, keeps: [] },
  { pattern: "fixed_buffers", lifetimeMs: 0, keeps: [OP_PIN_FAST, OP_PIN_SLOW, OP_UNPIN] },
  { pattern: "rdma_mr", lifetimeMs: 0, keeps: [OP_MR_REG, OP_MR_DEREG] },
  { pattern: "rdma_mr", lifetimeMs: 5, keeps: [] },
] as const)("$pattern with a lifetime of $lifetimeMs ms", ({ pattern, lifetimeMs, keeps }) => {
  expect(keptOperations({ ...DEFAULT_JOB, pattern, lifetimeMs })).toEqual(keeps);
});
