import type { Race } from "../race.ts";
import { countsLate } from "./machines.ts";
import { MAPCOUNT_RACE, pinnedAndWritten } from "./mapcount_race.ts";
import { unmap } from "./operations.ts";

export const mapcountVsMunmap: Race = {
  name: "mapcount-vs-munmap",
  title: "pins = _mapcount − mappings, while mappings go away and pins are given back",
  story:
    "page_mkclean() takes the mappings that its walk finds off _mapcount; what is left are pins. " +
    "The walk and the count are not one moment: munmap() clears the entry before it lowers the " +
    "count, unpin lowers it without any lock. lore:20190103015533.GA15619@redhat.com",
  actors: ["device, unpin", "writeback", "munmap of a second mapping"],
  ...MAPCOUNT_RACE,
  expects: (machine) =>
    countsLate(machine) || machine.variant === "drop-C5" ? "violated" : "passed",
  stage: (world) => {
    const vpn = world.mapFile(1);
    const second = world.mapFile(1);
    const munmap = { name: "munmap", operations: [unmap(world, 2, second)] };
    return pinnedAndWritten(world, vpn, munmap);
  },
};
