import type { Race } from "../race.ts";
import { mapAndFault, pinNow, unpinLeft, writeAndUnpin } from "./operations.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

export const mapcountVsMmap: Race = {
  name: "mapcount-vs-mmap",
  title: "pins = _mapcount − mappings, while a mapping is added and pins are given back",
  story:
    "The other half of the same argument: a mapping that comes while page_mkclean() walks may be " +
    "counted and not found, or found and not counted. A page fault takes the page lock, as " +
    "page_mkclean()'s caller does. lore:20190103015533.GA15619@redhat.com",
  actors: ["device, unpin", "writeback", "mmap and fault of a second mapping"],
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
  expects: ({ variant }) => (variant === "drop-C5" ? "violated" : "passed"),
  stage: (world) => {
    const vpn = world.mapFile(1);
    pinNow(world, 0, vpn);
    const monitor = new WritebackMonitor(world, [1]);
    return {
      afterStep: () => monitor.afterStep(),
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "device", operations: [writeAndUnpin(world, 0)] },
        { name: "writeback", operations: [writeBack(world, 1, false, monitor)] },
        { name: "mmap", operations: [mapAndFault(world, 2, vpn + 8)] },
      ],
    };
  },
};
