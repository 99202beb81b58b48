import { type MachineSpec, VARIANT_NAMES } from "../../../scenario/scenario.ts";
import type { Expected, Race, RaceMachine } from "../race.ts";
import { EVERY_SCHEME, isLocked, looksTooEarly } from "./machines.ts";
import { KEPT_FROM_PINS, MATTERS_TO_PINS, pinAndWriteback } from "./pin_and_writeback.ts";

/**
 * Steps of Glisse's algorithm without which writeback never learns of a pin, or counts go wrong. Of
 * the others, barriers matter to weak memory alone.
 */
const NEEDED: readonly unknown[] = ["drop-G2", "drop-G4", "drop-P1", "drop-C5", "drop-T3"];

const LABELS: readonly RaceMachine[] = VARIANT_NAMES.filter((name) => name.startsWith("drop-")).map(
  (variant) => ({ scheme: "mapcount", sync: "barrier", variant }),
);

/** The race of the whole debate. */
export const pinVsMkclean: Race = {
  name: "pin-vs-mkclean",
  title: "a pin between writeback's question, page_mkclean() and the end of writeback",
  story:
    "Writeback asks whether a page is pinned and makes it clean; gup pins it meanwhile. Told " +
    "unpinned, writeback must not meet a pin before it ends, or the device changes the page " +
    "under it and unpin makes it dirty behind the file system's back. Glisse's algorithm of 11 " +
    "January 2019, lore:20190111165141.GB3190@redhat.com, against the page lock and the barrier, " +
    "lore:20190116015610.GH3696@redhat.com",
  actors: ["direct I/O", "writeback"],
  holds: KEPT_FROM_PINS,
  machines: [
    ...EVERY_SCHEME,
    { scheme: "bias", testAt: "before-mkclean" },
    { scheme: "bias", sync: "lock", testAt: "before-mkclean" },
    { scheme: "bias", sync: "lock", recheck: "before-lock" },
    { scheme: "bias", variant: "no-recheck" },
    { scheme: "bias", variant: "no-recheck", tlb: "broadcast" },
    { scheme: "bias", sync: "barrier", variant: "no-recheck", tlb: "broadcast" },
    { scheme: "bias", sync: "barrier", variant: "no-barrier" },
    { scheme: "mapcount", sync: "lock", recheck: "under-lock" },
    ...LABELS,
  ],
  matters: MATTERS_TO_PINS,
  expects: expectsOfPin,
  stage: (world) => pinAndWriteback(world),
};

/** What a pin and a writeback come to: the same however many there are of both. */
export function expectsOfPin(machine: MachineSpec): Expected {
  const { scheme, testAt, variant } = machine;
  if (scheme === "refcount" || NEEDED.includes(variant) || looksTooEarly(machine)) {
    return "violated";
  }
  const asksTooEarly = testAt === "before-mkclean" && !isLocked(machine);
  return asksTooEarly ? "violated" : "passed";
}
