import type { Race } from "../race.ts";
import { DISTINCT_SCHEMES } from "./machines.ts";
import { truncate, unpinLeft, writeByDma } from "./operations.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

export const pinWritebackTruncate: Race = {
  name: "pin-writeback-truncate",
  title: "a pinner, writeback and truncate",
  story:
    "The page leaves its file while it is written back and a device writes to it: what is left " +
    "is a page without a file, and pins that nobody may lose.",
  actors: ["direct I/O", "writeback", "truncate"],
  holds: [
    "no-false-negative",
    "verdict-stable",
    "no-dirty-without-mkwrite",
    "no-dirty-without-buffers",
    "no-lost-dma-write",
    "stable-under-writeback",
  ],
  machines: DISTINCT_SCHEMES,
  matters: ["test-at", "recheck", "tlb", "stable-pages"],
  expects: expectsOfPin,
  stage: (world) => {
    const vpn = world.mapFile(1);
    const monitor = new WritebackMonitor(world, [1]);
    return {
      afterStep: () => monitor.afterStep(),
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "direct I/O", operations: [writeByDma(world, 0, vpn, monitor)] },
        { name: "writeback", operations: [writeBack(world, 1, false, monitor)] },
        { name: "truncate", operations: [truncate(world, 2)] },
      ],
    };
  },
};
