import type { Actor } from "../actor.ts";
import type { Race, Stage } from "../race.ts";
import type { World } from "../world.ts";
import { pinNow, unpinLeft, writeAndUnpin } from "./operations.ts";
import { MATTERS_TO_PINS } from "./pin_and_writeback.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

/** What the races have in common in which mappings change while pins are told from them. */
export const MAPCOUNT_RACE: Pick<Race, "holds" | "machines" | "matters" | "appliesTo"> = {
  holds: [
    "no-false-negative",
    "verdict-stable",
    "no-dirty-without-mkwrite",
    "no-lost-dma-write",
    "stable-under-writeback",
  ],
  machines: [
    { scheme: "mapcount" },
    { scheme: "mapcount", sync: "lock" },
    { scheme: "mapcount", sync: "lock-post" },
    { scheme: "mapcount", sync: "lock", variant: "count-first" },
    { scheme: "mapcount", sync: "barrier" },
    { scheme: "mapcount", sync: "barrier", variant: "drop-C5" },
  ],
  matters: MATTERS_TO_PINS,
  appliesTo: ({ scheme }) => scheme === "mapcount",
};

/** A device that has the page pinned, its writeback, and who changes mappings, on CPU 2. */
export function pinnedAndWritten(world: World, vpn: number, third: Actor): Stage {
  pinNow(world, 0, vpn);
  const monitor = new WritebackMonitor(world, [1]);
  return {
    afterStep: () => monitor.afterStep(),
    takeDown: () => unpinLeft(world),
    actors: [
      { name: "device", operations: [writeAndUnpin(world, 0)] },
      { name: "writeback", operations: [writeBack(world, 1, false, monitor)] },
      third,
    ],
  };
}
