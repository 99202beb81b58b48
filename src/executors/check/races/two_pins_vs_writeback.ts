import type { Race } from "../race.ts";
import { DISTINCT_SCHEMES } from "./machines.ts";
import { KEPT_FROM_PINS, MATTERS_TO_PINS, pinAndWriteback } from "./pin_and_writeback.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";

export const twoPinsVsWriteback: Race = {
  name: "two-pins-vs-writeback",
  title: "two pinners and writeback",
  story:
    "One pin is given back while another is taken, and writeback asks in between: a snapshot of " +
    "the count alone may see neither. Glisse, lore:20190114172124.GA3702@redhat.com",
  actors: ["direct I/O", "direct I/O", "writeback"],
  holds: KEPT_FROM_PINS,
  machines: DISTINCT_SCHEMES,
  matters: MATTERS_TO_PINS,
  expects: expectsOfPin,
  stage: (world) => pinAndWriteback(world, { pinners: 2 }),
};
