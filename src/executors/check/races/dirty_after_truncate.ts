import { FILE_BYTES } from "../../../../assembly/shared/file_layout.ts";
import type { Operation } from "../actor.ts";
import type { Race } from "../race.ts";
import type { World } from "../world.ts";
import { Alarm } from "./alarm.ts";
import { deviceCall, pinNow, truncate, unmap, unpinCall, unpinLeft } from "./operations.ts";

const UNLOCKED = "unlocked-dirty";
/** The local of the CPU that truncates: the inode is gone. */
const IS_FREED = 0;

export const dirtyAfterTruncate: Race = {
  name: "dirty-after-truncate",
  title: "set_page_dirty() on a page that truncate has taken from its file",
  story:
    "A pin holds the page, not its file. Whoever makes the page dirty without the page lock may " +
    "read page->mapping, be overtaken by truncate and by the end of the inode, and follow the " +
    "pointer: set_page_dirty_lock() is there for callers who hold no reference to the inode " +
    "(put_user_pages_dirty() and its _lock twin, lore:20190204052135.25784-1-jhubbard@nvidia.com)",
  actors: ["device, unpin dirty", "munmap, truncate, the inode is freed"],
  holds: [],
  twists: [{ name: UNLOCKED, words: "put_user_pages_dirty(): no page lock" }],
  machines: [
    { scheme: "bias" },
    { scheme: "bias", twist: UNLOCKED },
    { scheme: "exact", twist: UNLOCKED },
  ],
  matters: [],
  appliesTo: ({ scheme }) => scheme !== "refcount",
  expects: (_, twist) => (twist === UNLOCKED ? "violated" : "passed"),
  stage: (world, twist) => {
    const vpn = world.mapFile(1);
    pinNow(world, 0, vpn);
    const alarm = new Alarm();
    const { core } = world;
    const release = twist === UNLOCKED ? core.putUserPagesDirty : core.putUserPagesDirtyLock;
    const words = twist === UNLOCKED ? "put_user_pages_dirty()" : "put_user_pages_dirty_lock()";
    const unpin = unpinCall(world, 0, words, release);
    return {
      onAccess: (cpu, address) => {
        const isFile = address >= world.file && address < world.file + FILE_BYTES;
        if (!isFile || cpu !== 0 || world.local(1, IS_FREED) === 0) return;
        const what = `CPU0 used the ${world.name(address)} of an inode that was freed`;
        alarm.raise("no-use-after-free", what);
      },
      afterStep: alarm.heard,
      takeDown: () => unpinLeft(world),
      actors: [
        {
          name: "device",
          operations: [
            {
              words: "DMA into the pinned page, unpin dirty",
              calls: [deviceCall(world, 0), unpin],
            },
          ],
        },
        { name: "truncate", operations: [endOfFile(world, 1, vpn)] },
      ],
    };
  },
};

/** The process unmaps and the file goes, inode and all. */
function endOfFile(world: World, cpu: number, vpn: number): Operation {
  return {
    words: "munmap, truncate, and the inode is freed",
    calls: [
      ...unmap(world, cpu, vpn).calls,
      ...truncate(world, cpu).calls,
      {
        words: "the inode is freed",
        before: () => world.setLocal(cpu, IS_FREED, 1),
        call: () => 0,
      },
    ],
  };
}
