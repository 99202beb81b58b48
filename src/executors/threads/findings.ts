import {
  BUG_FALSE_NEGATIVE,
  BUG_FREE_OF_PINNED,
  BUG_PINCOUNT_LEFT,
  BUG_REFCOUNT_UNDERFLOW,
  BUG_SLEEP_IN_ATOMIC,
  BUG_USE_AFTER_FREE,
} from "../../../assembly/shared/codes.ts";
import type { KernelFault } from "../../machine/vmstat.ts";
import type { InvariantBreach } from "../../results/record.ts";

/** Invariants that this executor can decide so far. */
export const CHECKED_INVARIANTS = [
  "no-false-negative",
  "no-overflow",
  "no-use-after-free",
  "no-sleep-in-atomic",
  "no-deadlock",
  "conserved-refcount",
] as const;

interface FaultMeaning {
  readonly invariant: (typeof CHECKED_INVARIANTS)[number];
  readonly words: (fault: KernelFault) => string;
}

const MEANINGS: Readonly<Record<number, FaultMeaning>> = {
  [BUG_SLEEP_IN_ATOMIC]: {
    invariant: "no-sleep-in-atomic",
    words: (f) => `CPU ${f.cpu} slept with interrupts off`,
  },
  [BUG_REFCOUNT_UNDERFLOW]: {
    invariant: "no-overflow",
    words: (f) =>
      `CPU ${f.cpu} took ${f.extra} references from page ${f.pfn}, which had ${f.value}`,
  },
  [BUG_FREE_OF_PINNED]: {
    invariant: "no-use-after-free",
    words: (f) => `CPU ${f.cpu} freed page ${f.pfn} with ${f.value} pins in the ledger`,
  },
  [BUG_USE_AFTER_FREE]: {
    invariant: "no-use-after-free",
    words: (f) => `the device of CPU ${f.cpu} used the free page ${f.pfn}`,
  },
  [BUG_PINCOUNT_LEFT]: {
    invariant: "conserved-refcount",
    words: (f) => `page ${f.pfn} was freed with a _pincount of ${f.value}`,
  },
  [BUG_FALSE_NEGATIVE]: {
    invariant: "no-false-negative",
    words: (f) => `CPU ${f.cpu} was told that page ${f.pfn} is not pinned, and it was`,
  },
};

/** Breaches by invariant: how often each happened, and the first that was recorded in words. */
export function breachesOf(
  faults: { readonly counts: readonly number[]; readonly first: readonly KernelFault[] },
  quiescence: readonly string[],
  deadlocks: readonly string[],
): InvariantBreach[] {
  const found = new Map<string, { count: number; first: string }>();
  const add = (name: string, count: number, words: string): void => {
    const known = found.get(name);
    if (known) known.count += count;
    else found.set(name, { count, first: words });
  };
  for (const [code, { invariant, words }] of Object.entries(MEANINGS)) {
    const count = faults.counts[Number(code)] ?? 0;
    const first = faults.first.find((fault) => fault.code === Number(code));
    if (count > 0) add(invariant, count, first ? words(first) : "its details were not kept");
  }
  for (const words of quiescence) add("conserved-refcount", 1, words);
  for (const words of deadlocks) add("no-deadlock", 1, words);
  return [...found].map(([name, { count, first }]) => ({ name, count, expected: false, first }));
}
