import type { Race } from "../race.ts";
import { countsLate } from "./machines.ts";
import { pinNow, unmap, unpinLeft, writeAndUnpin } from "./operations.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

export const mapcountVsMunmap: Race = {
  name: "mapcount-vs-munmap",
  title: "pins = _mapcount − mappings, while mappings go away and pins are given back",
  story:
    "page_mkclean() takes the mappings that its walk finds off _mapcount; what is left are pins. " +
    "The walk and the count are not one moment: munmap() clears the entry before it lowers the " +
    "count, unpin lowers it without any lock. lore:20190103015533.GA15619@redhat.com",
  actors: ["device, unpin", "writeback", "munmap of a second mapping"],
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
  matters: ["test-at", "recheck", "tlb", "stable-pages"],
  appliesTo: ({ scheme }) => scheme === "mapcount",
  expects: (machine) =>
    countsLate(machine) || machine.variant === "drop-C5" ? "violated" : "passed",
  stage: (world) => {
    const vpn = world.mapFile(1);
    const second = world.mapFile(1);
    pinNow(world, 0, vpn);
    const monitor = new WritebackMonitor(world, [1]);
    return {
      afterStep: () => monitor.afterStep(),
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "device", operations: [writeAndUnpin(world, 0)] },
        { name: "writeback", operations: [writeBack(world, 1, false, monitor)] },
        { name: "munmap", operations: [unmap(world, 2, second)] },
      ],
    };
  },
};
