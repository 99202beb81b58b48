/**
 * The trace rings of the recording build: one per CPU, written by that CPU alone, the oldest
 * record overwritten by the newest. Without rings (CPU_TRACE is 0) nothing is recorded.
 *
 *   ring:    0         8      16        24     64        104
 *            ├ written ┼ refs ┼ zero ns ┼ mask ┼ record 0 ┼ record 1 ┼ … (a power of two of them)
 *
 *   record:  0      8      12      16      20      24         28        32    36
 *            ├ time ┼ kind ┼ pfn   ┼ flags ┼ count ┼ mapcount ┼ mapping ┼ val ┼ ret ┤  page_ref_*
 *            ├ time ┼ kind ┼ op    ┼ FOLL  ┼ asked ┼ result   ┼ vpn     ┼ duration  ┤  operation
 *            ├ time ┼ kind ┼ slot  ┼ read  ┼ bytes ┼          ┼         ┼ offset    ┤  I/O
 */
import { CACHE_LINE_BYTES, CPU_LINE } from "./layout.ts";

/** Address of the CPU's ring, at the end of its first line; 0: nothing is recorded. */
export const CPU_TRACE = CPU_LINE + 60;

/** Records ever written, and how many of them were page_ref events; 64 bits each. */
export const RING_WRITTEN = 0;
export const RING_REFS = RING_WRITTEN + 8;
/** f64, ns: where the clock of the writing thread has its zero, on the clock of all threads. */
export const RING_ZERO_NS = RING_REFS + 8;
/** Records of the ring, less one. */
export const RING_MASK = RING_ZERO_NS + 8;
export const RING_RECORDS = CACHE_LINE_BYTES;

/** f64, ns on the clock of all threads; of an operation its begin. */
export const TRACE_TIME_NS = 0;
/** TRACE_* below, and TRACE_IRQS_OFF. */
export const TRACE_KIND = TRACE_TIME_NS + 8;
export const TRACE_PFN = TRACE_KIND + 4;
export const TRACE_FLAGS = TRACE_PFN + 4;
/** The reference count after the event. */
export const TRACE_COUNT = TRACE_FLAGS + 4;
export const TRACE_MAPCOUNT = TRACE_COUNT + 4;
export const TRACE_MAPPING = TRACE_MAPCOUNT + 4;
export const TRACE_VAL = TRACE_MAPPING + 4;
export const TRACE_RET = TRACE_VAL + 4;
export const TRACE_BYTES = TRACE_RET + 4;

/** An operation: OP_*, FOLL_*, pages asked for, pages got or a negative errno, first page. */
export const TRACE_OP = TRACE_PFN;
export const TRACE_ASKED = TRACE_COUNT;
export const TRACE_RESULT = TRACE_MAPCOUNT;
export const TRACE_VPN = TRACE_MAPPING;
/** f64, ns. */
export const TRACE_DURATION_NS = TRACE_VAL;

/** An I/O: address of its slot, 1 if it reads from the file, bytes, and 64 bits of byte offset. */
export const TRACE_SLOT = TRACE_PFN;
export const TRACE_IS_READ = TRACE_FLAGS;
export const TRACE_LENGTH = TRACE_COUNT;
export const TRACE_OFFSET = TRACE_VAL;

/** Kinds; page_ref events come first, named as the kernel's tracepoints. */
export const TRACE_REF_SET = 0;
export const TRACE_REF_MOD = 1;
export const TRACE_REF_MOD_AND_TEST = 2;
export const TRACE_REF_MOD_UNLESS = 3;
export const TRACE_REF_KINDS = 4;
export const TRACE_OPERATION = 4;
export const TRACE_IO_SUBMIT = 5;
export const TRACE_IO_COMPLETE = 6;
export const TRACE_KIND_MASK = 255;
/** The CPU had interrupts off. */
export const TRACE_IRQS_OFF = 256;
