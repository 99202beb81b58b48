import type { MachineSpec } from "./scenario.ts";

/** Rules of the machine, in the order in which outputs name them (DESIGN: invariants). */
export const INVARIANT_NAMES = [
  "no-false-negative",
  "verdict-stable",
  "no-dirty-without-mkwrite",
  "no-dirty-without-buffers",
  "no-lost-dma-write",
  "fsync-durable",
  "stable-under-writeback",
  "no-overflow",
  "no-use-after-free",
  "no-sleep-in-atomic",
  "no-deadlock",
  "conserved-refcount",
] as const;
export type InvariantName = (typeof INVARIANT_NAMES)[number];

/** What every machine promises, whatever it counts. */
const ALWAYS: readonly InvariantName[] = [
  "no-overflow",
  "no-use-after-free",
  "no-sleep-in-atomic",
  "no-deadlock",
  "conserved-refcount",
];

/**
 * What scheme, policy and rules promise together. A breach of a promise is a violation (exit 96), a
 * breach of anything else an expected finding. Variants and the places of test and recheck change
 * nothing here: whoever leaves out a step does not promise less, but breaks it.
 */
export function promisesOf(machine: MachineSpec): readonly InvariantName[] {
  const { scheme, onPinned, rules, stablePages } = machine;
  const tells = scheme !== "refcount";
  const heeds = tells && onPinned.background !== "ignore" && onPinned.fsync !== "ignore";
  // Reclaim that keeps pinned pages (2023) spares their buffers, whatever writeback does.
  const keepsBuffers = heeds || (tells && rules === "6.13");
  const syncs = onPinned.fsync === "bounce" || onPinned.fsync === "wait";
  const kept: Readonly<Partial<Record<InvariantName, boolean>>> = {
    "no-false-negative": tells,
    "verdict-stable": tells && stablePages,
    "no-dirty-without-mkwrite": heeds,
    "no-dirty-without-buffers": keepsBuffers,
    "no-lost-dma-write": keepsBuffers,
    "fsync-durable": heeds && syncs,
    "stable-under-writeback": heeds && stablePages,
  };
  return INVARIANT_NAMES.filter((name) => kept[name] ?? ALWAYS.includes(name));
}
