/**
 * Recording: what the kernel's page_ref tracepoints would say, and operations with begin and
 * duration. Compiled in only with `--use RECORDED=1`: every call stands behind isDefined(RECORDED),
 * so that other builds do not even compute its arguments.
 */
import {
  CPU_TRACE, RING_MASK, RING_RECORDS, RING_REFS, RING_WRITTEN, RING_ZERO_NS, TRACE_ASKED,
  TRACE_BYTES, TRACE_COUNT, TRACE_DURATION_NS, TRACE_FLAGS, TRACE_IRQS_OFF, TRACE_IS_READ,
  TRACE_KIND, TRACE_LENGTH, TRACE_MAPCOUNT, TRACE_MAPPING, TRACE_OFFSET, TRACE_OP, TRACE_OPERATION,
  TRACE_PFN, TRACE_RESULT, TRACE_RET, TRACE_SLOT, TRACE_TIME_NS, TRACE_VAL, TRACE_VPN,
} from "../shared/trace_layout.ts";
import {
  CPU_IRQ_OFF, FOLIO_ENTIRE_MAPCOUNT, PAGE_FLAGS, PAGE_MAPCOUNT, PAGE_MAPPING, PARAM_RULES,
} from "../shared/layout.ts";
import { PG_HEAD, RULES_6_13 } from "../shared/codes.ts";
import { SLOT_IS_READ, SLOT_LENGTH, SLOT_OFFSET } from "../shared/actor_layout.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd64, quietLoad32, quietLoad64, quietLoadF64, quietStore32, quietStore64, quietStoreF64,
} from "../memory/quiet";
import { pageToPfn } from "../memory/page";

/** When an operation begins; 0 where nothing is recorded. */
@inline
export function traceBegin(): f64 {
  if (isDefined(RECORDED)) return clockNs();
  return 0;
}

/** Where the next record goes. */
function nextRecord(ring: usize): usize {
  const index = <u32>quietLoad64(ring + RING_WRITTEN) & quietLoad32(ring + RING_MASK);
  return ring + RING_RECORDS + <usize>index * TRACE_BYTES;
}

/** The record counts from here on: a thread that dies before has written nothing. */
function commit(cpu: usize, ring: usize, record: usize, kind: u32, ns: f64): void {
  const irqs: u32 = quietLoad32(cpu + CPU_IRQ_OFF) ? TRACE_IRQS_OFF : 0;
  quietStoreF64(record + TRACE_TIME_NS, ns + quietLoadF64(ring + RING_ZERO_NS));
  quietStore32(record + TRACE_KIND, kind | irqs);
  quietAdd64(ring + RING_WRITTEN, 1);
}

/** A page_ref event (TRACE_REF_*): `val` references more, which made it `count` of them. */
export function traceRef(
  cpu: usize, folio: usize, event: u32, count: u32, val: u32, ret: u32,
): void {
  const ring = <usize>quietLoad32(cpu + CPU_TRACE);
  if (!ring) return;
  const record = nextRecord(ring);
  const flags = quietLoad32(folio + PAGE_FLAGS);
  quietStore32(record + TRACE_PFN, pageToPfn(folio));
  quietStore32(record + TRACE_FLAGS, flags);
  quietStore32(record + TRACE_COUNT, count);
  quietStore32(record + TRACE_MAPCOUNT, mapcount(folio, flags));
  quietStore32(record + TRACE_MAPPING, quietLoad32(folio + PAGE_MAPPING));
  quietStore32(record + TRACE_VAL, val);
  quietStore32(record + TRACE_RET, ret);
  quietAdd64(ring + RING_REFS, 1);
  commit(cpu, ring, record, event, clockNs());
}

/** What the tracepoint prints: _mapcount as it stands (6.13), or page_mapcount() (before). */
function mapcount(folio: usize, flags: u32): u32 {
  const raw = quietLoad32(folio + PAGE_MAPCOUNT);
  if (quietLoad32(PARAM_RULES) >= <u32>RULES_6_13) return raw;
  const entire = flags & PG_HEAD ? quietLoad32(folio + FOLIO_ENTIRE_MAPCOUNT) + 1 : 0;
  return raw + 1 + entire;
}

/** An operation (OP_*) that ends now: `asked` pages from `vpn` on; `result` got, or an errno. */
export function traceOp(
  cpu: usize, op: u32, begin: f64, vpn: u32, asked: u32, flags: u32, result: i32,
): void {
  const ring = <usize>quietLoad32(cpu + CPU_TRACE);
  if (!ring) return;
  const record = nextRecord(ring);
  quietStore32(record + TRACE_OP, op);
  quietStore32(record + TRACE_FLAGS, flags);
  quietStore32(record + TRACE_ASKED, asked);
  quietStore32(record + TRACE_RESULT, <u32>result);
  quietStore32(record + TRACE_VPN, vpn);
  quietStoreF64(record + TRACE_DURATION_NS, clockNs() - begin);
  commit(cpu, ring, record, TRACE_OPERATION, begin);
}

/** The slot's I/O goes to the device, or comes back (TRACE_IO_*). */
export function traceIo(cpu: usize, event: u32, slot: usize): void {
  const ring = <usize>quietLoad32(cpu + CPU_TRACE);
  if (!ring) return;
  const record = nextRecord(ring);
  quietStore32(record + TRACE_SLOT, slot);
  quietStore32(record + TRACE_IS_READ, quietLoad32(slot + SLOT_IS_READ));
  quietStore32(record + TRACE_LENGTH, quietLoad32(slot + SLOT_LENGTH));
  quietStore64(record + TRACE_OFFSET, quietLoad64(slot + SLOT_OFFSET));
  commit(cpu, ring, record, event, clockNs());
}
