import type { Race } from "../race.ts";
import { TELLING } from "./machines.ts";
import { unpinLeft, writeByDma } from "./operations.ts";
import { writeBack } from "./write_page.ts";

export const unpinByPutPage: Race = {
  name: "unpin-by-put-page",
  title: "a pin that is given back by put_page()",
  story:
    "A call site that was not converted drops its pin with put_page(): what the pin counted " +
    "beyond one reference stays for ever, and the page counts as pinned for good. RFC v2's own " +
    "reports, and check_and_migrate_cma_pages() in 2020 " +
    "(lore:0-v1-976effcd4468+d4-gup_cma_fix_jgg@nvidia.com)",
  actors: ["direct I/O", "writeback"],
  holds: [],
  machines: TELLING.flatMap((machine) => [machine, { ...machine, variant: "put-page" as const }]),
  matters: [],
  appliesTo: ({ scheme }) => scheme !== "refcount",
  expects: ({ variant }) => (variant === "put-page" ? "violated" : "passed"),
  stage: (world) => {
    const vpn = world.mapFile(1);
    return {
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "direct I/O", operations: [writeByDma(world, 0, vpn)] },
        { name: "writeback", operations: [writeBack(world, 1, false)] },
      ],
    };
  },
};
