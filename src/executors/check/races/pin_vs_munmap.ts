import { PAGE_INDEX } from "../../../../assembly/shared/layout.ts";
import type { Operation } from "../actor.ts";
import type { Race } from "../race.ts";
import { READ_WRITE, type World } from "../world.ts";
import { Alarm } from "./alarm.ts";
import { EVERY_SCHEME } from "./machines.ts";
import { pinAndUnpin, unmap, unpinLeft } from "./operations.ts";

export const pinVsMunmap: Race = {
  name: "pin-vs-munmap",
  title: "gup_fast against munmap(): the page is freed between entry and pin",
  story:
    "gup_fast reads an entry, and munmap() clears it and frees the page. Where a TLB flush waits " +
    "for CPUs with interrupts off nothing can happen; where it is broadcast, or a hypervisor's, " +
    "gup must take its reference speculatively and look at the entry once more (d73af79742e7, " +
    "the paravirtual flush of 2019)",
  actors: ["gup", "munmap"],
  holds: [],
  machines: [
    ...EVERY_SCHEME,
    { scheme: "bias", tlb: "broadcast" },
    { scheme: "bias", variant: "no-recheck" },
    { scheme: "bias", variant: "no-recheck", tlb: "broadcast" },
    { scheme: "exact", sync: "barrier", variant: "no-recheck", tlb: "broadcast" },
  ],
  matters: ["recheck", "tlb"],
  expects: ({ recheck, tlb }) =>
    recheck === "none" && tlb === "broadcast" ? "violated" : "passed",
  stage: (world) => {
    const vpn = world.mapAnon(1);
    const alarm = new Alarm();
    const pinned = (page: number): void => {
      const now = world.word(page + PAGE_INDEX);
      if (now === vpn) return;
      const whose = `page ${world.pfn(page)}, which is another mapping's by now`;
      alarm.raise("no-use-after-free", `CPU0 was given a pin of ${whose}`);
    };
    return {
      afterStep: alarm.heard,
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "gup", operations: [pinAndUnpin(world, 0, vpn, pinned)] },
        { name: "munmap", operations: [unmapAndReuse(world, 1, vpn)] },
      ],
    };
  },
};

/** munmap(), and what was freed becomes a page of another mapping. */
function unmapAndReuse(world: World, cpu: number, vpn: number): Operation {
  const { core, mm } = world;
  const [at, other] = [world.cpu(cpu), vpn + 8];
  const map = () => core.mmapRegion(at, mm, other, 1, READ_WRITE, 0, 0, 0);
  return {
    words: "munmap() of the page, and a new mapping that takes its frame",
    calls: [
      ...unmap(world, cpu, vpn).calls,
      { words: "mmap()", call: map },
      { words: "a page fault", call: () => core.populate(at, mm, other, 1) },
    ],
  };
}
