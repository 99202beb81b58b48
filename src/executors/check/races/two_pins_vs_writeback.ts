import type { Race } from "../race.ts";
import { DISTINCT_SCHEMES } from "./machines.ts";
import { unpinLeft, writeByDma } from "./operations.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

export const twoPinsVsWriteback: Race = {
  name: "two-pins-vs-writeback",
  title: "two pinners and writeback",
  story:
    "One pin is given back while another is taken, and writeback asks in between: a snapshot of " +
    "the count alone may see neither. Glisse, lore:20190114172124.GA3702@redhat.com",
  actors: ["direct I/O", "direct I/O", "writeback"],
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
    const monitor = new WritebackMonitor(world, [2]);
    return {
      afterStep: () => monitor.afterStep(),
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "direct I/O", operations: [writeByDma(world, 0, vpn, monitor)] },
        { name: "direct I/O", operations: [writeByDma(world, 1, vpn, monitor)] },
        { name: "writeback", operations: [writeBack(world, 2, false, monitor)] },
      ],
    };
  },
};
