import {
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  PG_REFERENCED,
  PG_RESERVED,
  PG_SWAPBACKED,
  PG_UPTODATE,
  PG_WAITERS,
} from "../../assembly/shared/codes.ts";

/** Page flags by the names of the kernel (mmflags.h), in the order in which it prints them. */
export const PAGE_FLAG_NAMES: readonly (readonly [number, string])[] = [
  [PG_LOCKED, "locked"],
  [PG_WAITERS, "waiters"],
  [PG_REFERENCED, "referenced"],
  [PG_UPTODATE, "uptodate"],
  [PG_DIRTY, "dirty"],
  // PG_anon_exclusive is another name of this bit on anonymous pages.
  [PG_ANON_EXCLUSIVE, "owner_2"],
  [PG_RESERVED, "reserved"],
  [PG_HEAD, "head"],
  [PG_SWAPBACKED, "swapbacked"],
];
