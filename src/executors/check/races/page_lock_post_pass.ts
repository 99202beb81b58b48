import type { Race } from "../race.ts";
import { EVERY_SCHEME } from "./machines.ts";
import { KEPT_FROM_PINS, MATTERS_TO_PINS, pinAndWriteback } from "./pin_and_writeback.ts";
import { expectsOfPin } from "./pin_vs_mkclean.ts";

export const pageLockPostPass: Race = {
  name: "page-lock-post-pass",
  title: "the page lock as a post pass over what gup_fast has gathered, against fsync",
  story:
    "gup_fast cannot sleep for the page lock; it can take it only when interrupts are on again, " +
    "as a pass over the references that it has gathered. In between the page may have been made " +
    "clean and written from beginning to end. lore:20190112024625.GB5059@redhat.com",
  actors: ["direct I/O", "fsync writes the page"],
  holds: KEPT_FROM_PINS,
  machines: [
    ...EVERY_SCHEME.filter(({ sync }) => sync === "lock-post"),
    { scheme: "bias", sync: "lock-post", recheck: "before-lock" },
    { scheme: "mapcount", sync: "lock-post", recheck: "under-lock" },
  ],
  matters: MATTERS_TO_PINS,
  appliesTo: ({ sync }) => sync === "lock-post",
  expects: expectsOfPin,
  stage: (world) => pinAndWriteback(world, { sync: true }),
};
