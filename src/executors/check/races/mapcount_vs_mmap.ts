import type { Race } from "../race.ts";
import { MAPCOUNT_RACE, pinnedAndWritten } from "./mapcount_race.ts";
import { mapAndFault } from "./operations.ts";

export const mapcountVsMmap: Race = {
  name: "mapcount-vs-mmap",
  title: "pins = _mapcount − mappings, while a mapping is added and pins are given back",
  story:
    "The other half of the same argument: a mapping that comes while page_mkclean() walks may be " +
    "counted and not found, or found and not counted. A page fault takes the page lock, as " +
    "page_mkclean()'s caller does. lore:20190103015533.GA15619@redhat.com",
  actors: ["device, unpin", "writeback", "mmap and fault of a second mapping"],
  ...MAPCOUNT_RACE,
  expects: ({ variant }) => (variant === "drop-C5" ? "violated" : "passed"),
  stage: (world) => {
    const vpn = world.mapFile(1);
    const mmap = { name: "mmap", operations: [mapAndFault(world, 2, vpn + 8)] };
    return pinnedAndWritten(world, vpn, mmap);
  },
};
