import type { Race } from "../race.ts";
import { EVERY_SCHEME } from "./machines.ts";
import { unpinLeft, writeByDma } from "./operations.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";
import { writeBack } from "./write_page.ts";
import { WritebackMonitor } from "./writeback_monitor.ts";

export const pageLockPostPass: Race = {
  name: "page-lock-post-pass",
  title: "the page lock as a post pass over what gup_fast has gathered, against fsync",
  story:
    "gup_fast cannot sleep for the page lock; it can take it only when interrupts are on again, " +
    "as a pass over the references that it has gathered. In between the page may have been made " +
    "clean and written from beginning to end. lore:20190112024625.GB5059@redhat.com",
  actors: ["direct I/O", "fsync writes the page"],
  holds: [
    "no-false-negative",
    "verdict-stable",
    "no-dirty-without-mkwrite",
    "no-lost-dma-write",
    "stable-under-writeback",
  ],
  machines: [
    ...EVERY_SCHEME.filter(({ sync }) => sync === "lock-post"),
    { scheme: "bias", sync: "lock-post", recheck: "before-lock" },
    { scheme: "mapcount", sync: "lock-post", recheck: "under-lock" },
  ],
  matters: ["test-at", "recheck", "tlb", "stable-pages"],
  appliesTo: ({ sync }) => sync === "lock-post",
  expects: expectsOfPin,
  stage: (world) => {
    const vpn = world.mapFile(1);
    const monitor = new WritebackMonitor(world, [1]);
    return {
      afterStep: () => monitor.afterStep(),
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "direct I/O", operations: [writeByDma(world, 0, vpn, monitor)] },
        { name: "fsync", operations: [writeBack(world, 1, true, monitor)] },
      ],
    };
  },
};
