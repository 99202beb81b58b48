import { PAGE_REFCOUNT } from "../../../../assembly/shared/layout.ts";
import type { Operation } from "../actor.ts";
import type { Race } from "../race.ts";
import type { World } from "../world.ts";
import { pinNow, unpinLeft } from "./operations.ts";

const UNGUARDED = "unguarded-get";
/** References beside the true ones: a few less than 2^32 of them. */
const OTHERS = -3;

export const refcountOverflow: Race = {
  name: "refcount-overflow",
  title: "2^32 references wrap to none: get_page() against try_get_page()",
  story:
    "Pipes and FUSE can take so many references of one page that the count comes back to 0; the " +
    "next put frees the page under all that still hold it (CVE-2019-11487). try_get_page() " +
    "refuses from 2^31 on, so that no count ever comes round.",
  actors: ["tee(2): takes and drops references", "tee(2): takes and drops references"],
  holds: [],
  twists: [{ name: UNGUARDED, words: "references by get_page(), which never refuses" }],
  machines: [
    { scheme: "exact" },
    { scheme: "exact", twist: UNGUARDED },
    { scheme: "bias" },
    { scheme: "bias", twist: UNGUARDED },
  ],
  matters: [],
  appliesTo: ({ scheme }) => scheme !== "refcount",
  expects: (_, twist) => (twist === UNGUARDED ? "violated" : "passed"),
  stage: (world, twist) => {
    const vpn = world.mapAnon(1);
    pinNow(world, 0, vpn);
    const page = world.word(world.arena(0)) >>> 0;
    const real = world.word(page + PAGE_REFCOUNT);
    // As many references as it takes to stand three short of coming round.
    world.machine.words[(page + PAGE_REFCOUNT) >>> 2] = OTHERS;
    const tee = (cpu: number): Operation => takeAndDrop(world, cpu, page, twist === UNGUARDED);
    return {
      takeDown: () => {
        const now = world.word(page + PAGE_REFCOUNT);
        world.memory.poke(page + PAGE_REFCOUNT, now - OTHERS + real);
        unpinLeft(world);
      },
      actors: [
        { name: "tee", operations: [tee(0), tee(0)] },
        { name: "tee", operations: [tee(1), tee(1)] },
      ],
    };
  },
};

/** Takes two references, and drops what it got. */
function takeAndDrop(world: World, cpu: number, page: number, unguarded: boolean): Operation {
  const { core } = world;
  const at = world.cpu(cpu);
  const take = (): number => {
    if (!unguarded) return core.tryGetFolio(at, page, 2);
    core.getFolio(at, page, 2);
    return page;
  };
  return {
    words: "takes two references, drops them",
    calls: [
      {
        words: unguarded ? "get_page(), twice" : "try_get_page(), twice",
        before: () => {},
        call: take,
        after: (folio) => (folio === 0 ? "end" : undefined),
      },
      {
        words: "put_page(), twice",
        before: () => {},
        call: () => {
          core.putFolio(at, page, 2);
          return 0;
        },
      },
    ],
  };
}
