/** Equal objects in a row: a free list through their first words, and a mark of fresh ones. */
import {
  POOL_BASE, POOL_COUNT, POOL_FREE, POOL_LOCK, POOL_NEXT, POOL_STRIDE, POOL_USED,
} from "../shared/layout.ts";
import { MUST_POOL_OBJECT } from "../shared/codes.ts";
import { loadPlain32, storePlain32 } from "./cell";
import { lock, unlock } from "./lock";
import { must } from "../observe/faults";

/** An object's address, or 0 when the pool is empty; tables come zeroed, VMAs as they were left. */
export function poolTake(cpu: usize, pool: usize): usize {
  lock(cpu, pool + POOL_LOCK);
  let object: usize = loadPlain32(pool + POOL_FREE);
  const stride = loadPlain32(pool + POOL_STRIDE);
  if (object) {
    storePlain32(pool + POOL_FREE, loadPlain32(object));
    storePlain32(object, 0);
  } else {
    const next = loadPlain32(pool + POOL_NEXT);
    if (next < loadPlain32(pool + POOL_COUNT)) {
      storePlain32(pool + POOL_NEXT, next + 1);
      object = loadPlain32(pool + POOL_BASE) + next * stride;
    }
  }
  if (object) storePlain32(pool + POOL_USED, loadPlain32(pool + POOL_USED) + 1);
  unlock(pool + POOL_LOCK);
  return object;
}

/** Gives an object back; whoever needs it zeroed next time has zeroed it. */
export function poolGive(cpu: usize, pool: usize, object: usize): void {
  lock(cpu, pool + POOL_LOCK);
  const used = loadPlain32(pool + POOL_USED);
  must(cpu, used > 0, MUST_POOL_OBJECT);
  must(cpu, object >= <usize>loadPlain32(pool + POOL_BASE), MUST_POOL_OBJECT);
  storePlain32(object, loadPlain32(pool + POOL_FREE));
  storePlain32(pool + POOL_FREE, object);
  storePlain32(pool + POOL_USED, used - 1);
  unlock(pool + POOL_LOCK);
}
