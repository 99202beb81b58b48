import type { Race } from "../race.ts";
import { DISTINCT_SCHEMES } from "./machines.ts";
import { reclaim, unpinLeft, writeByDma } from "./operations.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

export const pinWritebackReclaim: Race = {
  name: "pin-writeback-reclaim",
  title: "a pinner, writeback and reclaim",
  story:
    "The page is written back by the flusher and wanted by kswapd, which unmaps it, while a " +
    "device writes to it.",
  actors: ["direct I/O", "writeback", "reclaim"],
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
        { name: "reclaim", operations: [reclaim(world, 2)] },
      ],
    };
  },
};
