import { PAGE_REFCOUNT } from "../../../../assembly/shared/layout.ts";
import type { Operation } from "../actor.ts";
import type { Race } from "../race.ts";
import type { World } from "../world.ts";
import { Alarm } from "./alarm.ts";

const UNGUARDED = "unguarded-get";
/** The owner's local. */
const HAS_DROPPED = 0;

export const tryGetVsPut: Race = {
  name: "try-get-vs-put",
  title: "a speculative reference against the last put",
  story:
    "Whoever finds a page without holding it may take a reference only if there is one already: " +
    "get_page_unless_zero(), try_get_folio(). By get_page() it would have the page back that its " +
    "last owner has just freed.",
  actors: ["lookup", "last owner"],
  holds: [],
  twists: [{ name: UNGUARDED, words: "the reference by get_page(), whatever the count is" }],
  machines: [{ scheme: "exact" }, { scheme: "exact", twist: UNGUARDED }],
  matters: [],
  appliesTo: ({ scheme, sync }) => scheme === "exact" && sync === "none",
  expects: (_, twist) => (twist === UNGUARDED ? "violated" : "passed"),
  stage: (world, twist) => {
    const page = world.core.allocAnonFolio(world.cpu(0), 0, world.mm, 0);
    return {
      // What the owner has not dropped.
      takeDown: () => {
        if (world.local(1, HAS_DROPPED) === 0) world.core.putFolio(world.cpu(1), page, 1);
      },
      ...lookups(world, page, twist === UNGUARDED),
    };
  },
};

function lookups(world: World, page: number, unguarded: boolean) {
  const { core } = world;
  const alarm = new Alarm();
  const lookup: Operation = {
    words: "finds the page, uses it, drops it",
    calls: [
      {
        words: unguarded ? "get_page()" : "try_get_folio()",
        call: () => {
          if (!unguarded) return core.tryGetFolio(world.cpu(0), page, 1);
          core.getFolio(world.cpu(0), page, 1);
          return page;
        },
        after: (folio) => {
          if (folio === 0) return "end";
          // One: there was none before.
          if (unguarded && world.word(page + PAGE_REFCOUNT) === 1) {
            const words = `CPU0 has taken a reference to page ${world.pfn(page)}, which had none`;
            alarm.raise("no-use-after-free", words);
          }
          return undefined;
        },
      },
      {
        words: "put_page()",
        call: () => {
          core.putFolio(world.cpu(0), page, 1);
          return 0;
        },
      },
    ],
  };
  const owner: Operation = {
    words: "drops the last reference",
    calls: [
      {
        words: "put_page()",
        before: () => world.setLocal(1, HAS_DROPPED, 1),
        call: () => {
          core.putFolio(world.cpu(1), page, 1);
          return 0;
        },
      },
    ],
  };
  return {
    afterStep: alarm.heard,
    actors: [
      { name: "lookup", operations: [lookup] },
      { name: "owner", operations: [owner] },
    ],
  };
}
