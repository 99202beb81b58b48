import type { Race } from "../race.ts";
import { countsLate, DISTINCT_SCHEMES } from "./machines.ts";
import { truncate } from "./operations.ts";
import { KEPT_FROM_PINS, MATTERS_TO_PINS, pinAndWriteback } from "./pin_and_writeback.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";

export const pinWritebackTruncate: Race = {
  name: "pin-writeback-truncate",
  title: "a pinner, writeback and truncate",
  story:
    "The page leaves its file while it is written back and a device writes to it: what is left " +
    "is a page without a file, and pins that nobody may lose.",
  actors: ["direct I/O", "writeback", "truncate"],
  holds: KEPT_FROM_PINS,
  machines: DISTINCT_SCHEMES,
  matters: MATTERS_TO_PINS,
  // Truncation unmaps without the page lock, as munmap() does.
  expects: (machine) => (countsLate(machine) ? "violated" : expectsOfPin(machine)),
  stage: (world) =>
    pinAndWriteback(world, {
      third: (cpu) => ({ name: "truncate", operations: [truncate(world, cpu)] }),
    }),
};
