import { SCHEME_REFCOUNT } from "../../assembly/shared/codes.ts";
import {
  CONTROL_ZONE,
  MM_BYTES,
  MM_LOCKED_VM,
  MM_PINNED_VM,
  PAGE_EXACT_PINS,
  PAGE_REFCOUNT,
  PAGE_STRUCT_BYTES,
  PARAM_SCHEME,
  PARAM_ZERO_PAGE,
  POOL_TABLES,
  POOL_USED,
  POOL_VMAS,
  ZONE_LOCK,
  ZONE_NR_FREE,
} from "../../assembly/shared/layout.ts";
import type { Machine } from "./machine.ts";
import { readVmstat } from "./vmstat.ts";

/**
 * What must hold when every actor has given everything back: each count is what the ledgers say.
 * Returns one sentence per breach; an empty array is a machine at rest. `wasPlain`: pins were plain
 * references for a part of the run.
 */
export function checkQuiescence(machine: Machine, wasPlain = false): string[] {
  const { plan, words } = machine;
  const breaches: string[] = [];
  const zeroPage = (words[PARAM_ZERO_PAGE / 4] ?? 0) >>> 0;
  const first = plan.memMapAt / 4;
  const zero = (zeroPage - plan.memMapAt) / PAGE_STRUCT_BYTES;
  for (let pfn = 0; pfn < plan.pages && breaches.length < 8; pfn++) {
    const at = first + (pfn * PAGE_STRUCT_BYTES) / 4;
    const references = words[at + PAGE_REFCOUNT / 4] ?? 0;
    const expected = pfn === zero ? 1 : 0;
    if (references !== expected) {
      breaches.push(`page ${pfn} has refcount ${references}, the ledgers say ${expected}`);
    }
    const exact = words[at + PAGE_EXACT_PINS / 4] ?? 0;
    const side = words[plan.sideTableAt / 4 + pfn] ?? 0;
    if (exact || side) breaches.push(`page ${pfn} has an exact count of ${exact || side}, not 0`);
  }
  breaches.push(...checkLedger(machine), ...checkPools(machine));
  // Where put_page() is what gives pins back, nobody counts them.
  const isPlain = words[PARAM_SCHEME / 4] === SCHEME_REFCOUNT;
  if (!isPlain && !wasPlain) breaches.push(...checkPinCounters(machine));
  return breaches;
}

export function checkPinCounters(machine: Machine): string[] {
  const { nr_foll_pin_acquired: acquired, nr_foll_pin_released: released } = readVmstat(machine);
  if (acquired === released) return [];
  return [`nr_foll_pin_acquired is ${acquired}, nr_foll_pin_released ${released}`];
}

/** Pins that somebody still holds, in one sentence at the most. */
export function checkLedger({ plan, words }: Machine): string[] {
  for (let cpu = 0; cpu < plan.cpus; cpu++) {
    const first = (plan.ledgerAt + cpu * plan.ledgerStride) / 4;
    // Many words: everybody may be waiting for the answer.
    for (let at = 0; at < plan.pages * 2; at++) {
      if (words[first + at]) return [`the ledger of CPU ${cpu} still holds page ${at >> 1}`];
    }
  }
  return [];
}

function checkPools({ plan, words }: Machine): string[] {
  const breaches: string[] = [];
  const free = words[ZONE_NR_FREE / 4] ?? 0;
  if (free !== plan.pages - 1) {
    breaches.push(`${free} pages are free, of ${plan.pages} all but the zero page should be`);
  }
  if (words[ZONE_LOCK / 4]) breaches.push(`zone->lock (at ${CONTROL_ZONE}) is held`);
  const tables = words[(POOL_TABLES + POOL_USED) / 4] ?? 0;
  const vmas = words[(POOL_VMAS + POOL_USED) / 4] ?? 0;
  if (tables) breaches.push(`${tables} page tables were not freed`);
  if (vmas) breaches.push(`${vmas} VMAs were not freed`);
  for (let mm = 0; mm < plan.mms; mm++) {
    const at = plan.mmsAt + mm * MM_BYTES;
    const pinned = words[(at + MM_PINNED_VM) / 4] ?? 0;
    const locked = words[(at + MM_LOCKED_VM) / 4] ?? 0;
    if (pinned || locked) {
      breaches.push(`address space ${mm} has pinned_vm ${pinned} and locked_vm ${locked}, not 0`);
    }
  }
  return breaches;
}
