import type { Race } from "../race.ts";
import { EVERY_SCHEME } from "./machines.ts";
import { truncate, unpinLeft, writeByDma } from "./operations.ts";

export const sleepInAtomic: Race = {
  name: "sleep-in-atomic",
  title: "lock_page() where interrupts are off",
  story:
    "gup_fast walks with interrupts off and must not sleep; whoever holds the page lock may be " +
    "waiting for it to turn them on again. So gup_fast can only try, and leave the page to the " +
    "slow path. Kara, lore:20190114145447.GJ13316@quack2.suse.cz; Glisse, " +
    "lore:20190112024625.GB5059@redhat.com",
  actors: ["direct I/O", "truncate"],
  holds: [],
  machines: EVERY_SCHEME.filter(({ sync }) => sync === "lock").flatMap((machine) => [
    machine,
    { ...machine, variant: "lock-in-fast" as const },
  ]),
  matters: ["recheck", "tlb"],
  appliesTo: ({ sync }) => sync === "lock",
  expects: ({ variant }) => (variant === "lock-in-fast" ? "violated" : "passed"),
  stage: (world) => {
    const vpn = world.mapFile(1);
    return {
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "direct I/O", operations: [writeByDma(world, 0, vpn)] },
        { name: "truncate", operations: [truncate(world, 1)] },
      ],
    };
  },
};
