import type { MachineSpec } from "../../../scenario/scenario.ts";
import type { Expected, Race } from "../race.ts";
import { EVERY_SCHEME, looksTooEarly } from "./machines.ts";
import { reclaim, unpinLeft, writeByDma } from "./operations.ts";

/** The crash of 2018. */
export const dioVsWriteback: Race = {
  name: "dio-vs-writeback",
  title: "direct I/O into a shared file mapping, and kswapd: the crash of 2018",
  story:
    "Direct I/O pins a page of a file that is mapped shared. Reclaim unmaps the page, writes it, " +
    "in a later round strips its buffers, and only then finds that somebody holds it. The device " +
    "writes, unpin makes the page dirty, and it has no buffers: ext4 crashes, or the write is " +
    "lost. Jan Kara, 3 January 2018, lore:20180103100430.GE4911@quack2.suse.cz",
  actors: ["direct I/O", "reclaim, two rounds"],
  holds: ["no-dirty-without-buffers", "no-dirty-without-mkwrite", "no-lost-dma-write"],
  machines: [
    ...EVERY_SCHEME,
    { scheme: "bias", onPinned: { background: "ignore", fsync: "ignore" } },
    { scheme: "bias", onPinned: { background: "ignore", fsync: "ignore" }, rules: "6.13" },
    { scheme: "bias", tlb: "broadcast", variant: "no-recheck" },
  ],
  matters: ["test-at", "recheck", "tlb"],
  expects,
  stage: (world) => {
    const vpn = world.mapFile(1);
    return {
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "direct I/O", operations: [writeByDma(world, 0, vpn)] },
        { name: "reclaim", operations: [reclaim(world, 1), reclaim(world, 1)] },
      ],
    };
  },
};

function expects(machine: MachineSpec): Expected {
  const { scheme, onPinned, rules } = machine;
  // Reclaim that keeps pinned pages (2023) spares their buffers, whatever writeback does.
  const ignored = onPinned.background === "ignore" && rules !== "6.13";
  return scheme === "refcount" || ignored || looksTooEarly(machine) ? "violated" : "passed";
}
