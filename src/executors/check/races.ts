import type { Race } from "./race.ts";
import { dioVsWriteback } from "./races/dio_vs_writeback.ts";
import { dirtyAfterTruncate } from "./races/dirty_after_truncate.ts";
import { fsyncDurability } from "./races/fsync_durability.ts";
import { mapcountVsMmap } from "./races/mapcount_vs_mmap.ts";
import { mapcountVsMunmap } from "./races/mapcount_vs_munmap.ts";
import { pageLockPostPass } from "./races/page_lock_post_pass.ts";
import { pinVsMkclean } from "./races/pin_vs_mkclean.ts";
import { pinVsMunmap } from "./races/pin_vs_munmap.ts";
import { pinWritebackReclaim } from "./races/pin_writeback_reclaim.ts";
import { pinWritebackTruncate } from "./races/pin_writeback_truncate.ts";
import { refcountOverflow } from "./races/refcount_overflow.ts";
import { sleepInAtomic } from "./races/sleep_in_atomic.ts";
import { tryGetVsPut } from "./races/try_get_vs_put.ts";
import { twoPinsVsWriteback } from "./races/two_pins_vs_writeback.ts";
import { unpinByPutPage } from "./races/unpin_by_put_page.ts";

/** Every race, in the order of `--list`: two CPUs first. */
export const RACES: readonly Race[] = [
  dioVsWriteback,
  pinVsMkclean,
  pageLockPostPass,
  dirtyAfterTruncate,
  refcountOverflow,
  unpinByPutPage,
  sleepInAtomic,
  pinVsMunmap,
  tryGetVsPut,
  mapcountVsMunmap,
  mapcountVsMmap,
  fsyncDurability,
  twoPinsVsWriteback,
  pinWritebackReclaim,
  pinWritebackTruncate,
];

/** undefined: no race has the name. */
export function raceNamed(name: string): Race | undefined {
  return RACES.find((race) => race.name === name);
}
