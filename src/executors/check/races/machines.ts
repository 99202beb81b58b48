import { completeMachine, machineProblems } from "../../../scenario/machine_spec.ts";
import {
  COUNT_NAMES,
  type MachineSpec,
  RECHECK_NAMES,
  SYNC_NAMES,
  TEST_AT_NAMES,
} from "../../../scenario/scenario.ts";
import type { Axis, Race, RaceMachine } from "../race.ts";

/** Every COUNT+SYNC that makes sense, as posted. */
export const EVERY_SCHEME: readonly RaceMachine[] = COUNT_NAMES.flatMap((scheme) =>
  SYNC_NAMES.map((sync) => ({ scheme, sync })),
).filter((machine) => isSound(completeMachine(machine)));

/** Schemes whose pinned test tells anything. */
export const TELLING: readonly RaceMachine[] = EVERY_SCHEME.filter(
  ({ scheme }) => scheme !== "refcount",
);

/** Of each way to count, as posted; counts that differ by where they lie alone, once. */
export const DISTINCT_SCHEMES: readonly RaceMachine[] = EVERY_SCHEME.filter(
  ({ scheme, sync }) => scheme === "bias" || scheme === "mapcount" || sync === "none",
).filter(({ scheme }) => scheme !== "exact-side");

const KEPT = { background: "skip", fsync: "bounce" } as const;
const VALUES: Readonly<Record<Axis, readonly RaceMachine[]>> = {
  "test-at": TEST_AT_NAMES.map((testAt) => ({ testAt })),
  recheck: RECHECK_NAMES.map((recheck) => ({ recheck })),
  tlb: [{ tlb: "ipi" }, { tlb: "broadcast" }],
  "stable-pages": [{ stablePages: true }, { stablePages: false }],
  "on-pinned": [
    { onPinned: KEPT },
    { onPinned: { background: "bounce", fsync: "bounce" } },
    { onPinned: { background: "wait", fsync: "wait" } },
    { onPinned: { background: "skip", fsync: "skip" } },
    { onPinned: { background: "ignore", fsync: "ignore" } },
  ],
  rules: [{ rules: "5.0" }, { rules: "6.13" }],
};

/** Every sound machine of the race's own schemes, with every value of what matters to it. */
export function matrixOf({ matters, appliesTo }: Race): RaceMachine[] {
  let machines: RaceMachine[] = EVERY_SCHEME.map((machine) => ({ ...machine }));
  for (const axis of matters) {
    machines = machines.flatMap((machine) =>
      VALUES[axis].map((value) => ({ ...machine, ...value })),
    );
  }
  return machines.filter((machine) => {
    const spec = completeMachine(machine);
    return isSound(spec) && (appliesTo?.(spec) ?? true);
  });
}

export function isSound(machine: MachineSpec): boolean {
  return machineProblems(machine, (key) => key).length === 0;
}

/** SYNC by the page lock. */
export function isLocked({ sync }: MachineSpec): boolean {
  return sync === "lock" || sync === "lock-post";
}

/**
 * Does page_mkclean() compare what it has cleaned with a count that others may have lowered since?
 * Hubbard's prototype (docs/FINDINGS.md); asked before the walk, a pinned page is left alone.
 */
export function countsLate(machine: MachineSpec): boolean {
  const { scheme, testAt, variant } = machine;
  const walks = testAt !== "before-mkclean";
  return scheme === "mapcount" && isLocked(machine) && walks && variant !== "count-first";
}

/** Does nothing stand between gup's look at the entry and its pin? */
export function looksTooEarly(machine: MachineSpec): boolean {
  const { scheme, recheck, tlb } = machine;
  // What is locked, or counted afterwards, is looked at once more under the lock, or too early.
  if (scheme === "lru-count") return true;
  if (isLocked(machine)) return recheck !== "under-lock";
  return recheck === "none" && tlb === "broadcast";
}
