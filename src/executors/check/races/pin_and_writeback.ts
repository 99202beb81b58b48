import type { InvariantName } from "../../../scenario/promises.ts";
import type { Actor } from "../actor.ts";
import type { Axis, Stage } from "../race.ts";
import type { World } from "../world.ts";
import { unpinLeft, writeByDma } from "./operations.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

/** What must hold where pins meet writeback. */
export const KEPT_FROM_PINS: readonly InvariantName[] = [
  "no-false-negative",
  "verdict-stable",
  "no-dirty-without-mkwrite",
  "no-dirty-without-buffers",
  "no-lost-dma-write",
  "stable-under-writeback",
];

/** And what the verdict depends on. */
export const MATTERS_TO_PINS: readonly Axis[] = ["test-at", "recheck", "tlb", "stable-pages"];

export interface Company {
  /** CPUs that do direct I/O into the page, the first ones; left out: one. */
  readonly pinners?: number;
  /** The page is written by an fsync, not in the background. */
  readonly sync?: boolean;
  /** Who is there besides, on the last CPU. */
  readonly third?: (cpu: number) => Actor;
}

/** Direct I/O into a page of a mapped file, its writeback behind it, and who else is there. */
export function pinAndWriteback(
  world: World,
  { pinners = 1, sync = false, third }: Company = {},
): Stage {
  const vpn = world.mapFile(1);
  const monitor = new WritebackMonitor(world, [pinners]);
  const name = sync ? "fsync" : "writeback";
  return {
    afterStep: () => monitor.afterStep(),
    takeDown: () => unpinLeft(world),
    actors: [
      ...Array.from({ length: pinners }, (_, cpu) => ({
        name: "direct I/O",
        operations: [writeByDma(world, cpu, vpn, monitor)],
      })),
      { name, operations: [writeBack(world, pinners, sync, monitor)] },
      ...(third ? [third(pinners + 1)] : []),
    ],
  };
}
