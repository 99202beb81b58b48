import type { Race } from "../race.ts";
import { DISTINCT_SCHEMES } from "./machines.ts";
import { reclaim } from "./operations.ts";
import { KEPT_FROM_PINS, MATTERS_TO_PINS, pinAndWriteback } from "./pin_and_writeback.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";

export const pinWritebackReclaim: Race = {
  name: "pin-writeback-reclaim",
  title: "a pinner, writeback and reclaim",
  story:
    "The page is written back by the flusher and wanted by kswapd, which unmaps it, while a " +
    "device writes to it.",
  actors: ["direct I/O", "writeback", "reclaim"],
  holds: KEPT_FROM_PINS,
  machines: DISTINCT_SCHEMES,
  matters: MATTERS_TO_PINS,
  expects: expectsOfPin,
  stage: (world) =>
    pinAndWriteback(world, {
      third: (cpu) => ({ name: "reclaim", operations: [reclaim(world, cpu)] }),
    }),
};
