import type { Operation } from "../actor.ts";
import type { Race } from "../race.ts";
import type { World } from "../world.ts";
import { EVERY_SCHEME, TELLING } from "./machines.ts";
import { deviceCall, pinNow, unpinCall, unpinLeft } from "./operations.ts";
import { fsync, writeBack } from "./write_page.ts";

/** The local of the CPU whose device writes: the generation before the write. */
const GENERATION = 0;

export const fsyncDurability: Race = {
  name: "fsync-durability",
  title: "a DMA write that was complete before fsync() began, background writeback beside",
  story:
    "A page that is pinned for long is written to by a device again and again. What was complete " +
    "before fsync() must be on the disk after it, although writeback may skip pinned pages " +
    "(Kara, 14 December 2018, lore:20181214154321.GF8896@quack2.suse.cz: integrity must write).",
  actors: ["RDMA write, deregister", "writeback", "fsync"],
  holds: ["fsync-durable"],
  machines: [
    ...EVERY_SCHEME,
    { scheme: "bias", onPinned: { background: "skip", fsync: "skip" } },
    { scheme: "bias", onPinned: { background: "bounce", fsync: "bounce" } },
    { scheme: "bias", onPinned: { background: "wait", fsync: "wait" } },
    { scheme: "bias", sync: "barrier", testAt: "after-mkclean" },
    ...TELLING.filter(({ sync }) => sync === "barrier").map((machine) => ({
      ...machine,
      onPinned: { background: "bounce", fsync: "bounce" } as const,
    })),
  ],
  matters: ["test-at", "on-pinned"],
  expects: ({ scheme, onPinned, testAt }) => {
    const isHeeded = onPinned.fsync === "bounce" || onPinned.fsync === "wait";
    if (scheme === "refcount" || !isHeeded) return "violated";
    const isLeft = onPinned.background === "skip" || onPinned.background === "wait";
    const isPassedBy = testAt === "after-set-writeback" && isLeft;
    return isPassedBy ? "violated" : "passed";
  },
  stage: (world) => {
    const vpn = world.mapFile(1);
    pinNow(world, 0, vpn);
    return {
      takeDown: () => unpinLeft(world),
      actors: [
        { name: "RDMA", operations: [rdmaWrite(world, 0)] },
        { name: "writeback", operations: [writeBack(world, 1, false)] },
        { name: "fsync", operations: [fsync(world, 2)] },
      ],
    };
  },
};

/** The write, its completion as the application sees it, and the end of the registration. */
function rdmaWrite(world: World, cpu: number): Operation {
  const { core, file } = world;
  const write = deviceCall(world, cpu);
  const after = (before: number): undefined =>
    world.setLocal(cpu, GENERATION, before + 1) as undefined;
  const unpin = unpinCall(
    world,
    cpu,
    "unpin_user_pages_dirty_lock()",
    core.unpinUserPagesDirtyLock,
  );
  return {
    words: "RDMA write, its completion, deregistration",
    calls: [
      { ...write, after },
      {
        words: "the write is complete",
        before: () => {},
        call: () => {
          const page = world.word(world.arena(cpu)) >>> 0;
          core.markCompleted(file, page, world.local(cpu, GENERATION));
          return 0;
        },
      },
      unpin,
    ],
  };
}
