import {
  CPU_TRACE,
  RING_MASK,
  RING_RECORDS,
  RING_REFS,
  RING_WRITTEN,
  RING_ZERO_NS,
  TRACE_ASKED,
  TRACE_BYTES,
  TRACE_COUNT,
  TRACE_DURATION_NS,
  TRACE_FLAGS,
  TRACE_IRQS_OFF,
  TRACE_IS_READ,
  TRACE_KIND,
  TRACE_KIND_MASK,
  TRACE_LENGTH,
  TRACE_MAPCOUNT,
  TRACE_MAPPING,
  TRACE_OFFSET,
  TRACE_OP,
  TRACE_PFN,
  TRACE_RESULT,
  TRACE_RET,
  TRACE_SLOT,
  TRACE_TIME_NS,
  TRACE_VAL,
  TRACE_VPN,
} from "../../assembly/shared/trace_layout.ts";
import { clockZeroNs } from "./clock.ts";
import { cpuAddress, type Machine } from "./machine.ts";

/** Unless told otherwise all CPUs hold no more than this over all groups of a run: 40 MiB. */
const MOST_EVENTS = 2 ** 20;
const EVENTS_OF_A_CPU = 2 ** 16;

/** Records of each CPU's ring, a power of two: at least as many as asked for, or the default. */
export function ringEvents(cpus: number, groups: number, asked?: number): number {
  if (asked !== undefined) return 2 ** Math.ceil(Math.log2(Math.max(1, asked)));
  const share = Math.min(EVENTS_OF_A_CPU, Math.max(1, MOST_EVENTS / (cpus * groups)));
  return 2 ** Math.floor(Math.log2(share));
}

/** Tells each CPU where its ring is, if there are any; the rings are empty. */
export function writeRings(machine: Machine): void {
  const { plan, words } = machine;
  if (!plan.traceEvents) return;
  for (let cpu = 0; cpu < plan.cpus; cpu++) {
    const ring = ringAddress(machine, cpu);
    words[(cpuAddress(machine, cpu) + CPU_TRACE) >>> 2] = ring;
    words[(ring + RING_MASK) >>> 2] = plan.traceEvents - 1;
    setRingClock(machine.memory, cpuAddress(machine, cpu));
  }
}

/** For the thread that is about to be this CPU (the block's address): its clock's zero. */
export function setRingClock(memory: WebAssembly.Memory, cpu: number): void {
  const ring = (new Int32Array(memory.buffer)[(cpu + CPU_TRACE) >>> 2] ?? 0) >>> 0;
  if (ring) new Float64Array(memory.buffer)[(ring + RING_ZERO_NS) / 8] = clockZeroNs();
}

function ringAddress({ plan }: Machine, cpu: number): number {
  return plan.traceAt + cpu * plan.traceStride;
}

/** A CPU's newest records, oldest first, and how many there had been. */
export interface CpuTrace {
  /** Records ever written, and how many of them were page_ref events. */
  readonly written: number;
  readonly writtenRefs: number;
  readonly events: TraceEvents;
}

/** Takes every CPU's ring and empties it; nobody may be writing. */
export function takeTraces(machine: Machine): CpuTrace[] {
  return Array.from({ length: machine.plan.cpus }, (_, cpu) => takeTrace(machine, cpu));
}

function takeTrace(machine: Machine, cpu: number): CpuTrace {
  const { longs, memory, plan } = machine;
  const ring = ringAddress(machine, cpu);
  const capacity = plan.traceEvents ?? 0;
  const written = Number(longs[(ring + RING_WRITTEN) / 8] ?? 0n);
  const writtenRefs = Number(longs[(ring + RING_REFS) / 8] ?? 0n);
  const kept = Math.min(written, capacity);
  const first = (written - kept) % Math.max(capacity, 1);
  const records = new Uint8Array(memory.buffer, ring + RING_RECORDS, capacity * TRACE_BYTES);
  const bytes = new Uint8Array(kept * TRACE_BYTES);
  const tail = records.subarray(first * TRACE_BYTES, (first + kept) * TRACE_BYTES);
  bytes.set(tail);
  bytes.set(records.subarray(0, bytes.length - tail.length), tail.length);
  longs.fill(0n, (ring + RING_WRITTEN) / 8, (ring + RING_REFS) / 8 + 1);
  return { written, writtenRefs, events: new TraceEvents(bytes.buffer) };
}

/** Records as they lay in a ring, by index; see assembly/shared/trace_layout.ts. */
export class TraceEvents {
  readonly length: number;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;

  constructor(buffer: ArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.length = buffer.byteLength / TRACE_BYTES;
  }

  private word(index: number, offset: number): number {
    return this.words[(index * TRACE_BYTES + offset) / 4] ?? 0;
  }

  private double(index: number, offset: number): number {
    return this.doubles[(index * TRACE_BYTES + offset) / 8] ?? 0;
  }

  /** ns on the clock that all threads share; of an operation its begin. */
  timeNs(index: number): number {
    return this.double(index, TRACE_TIME_NS);
  }

  /** TRACE_REF_*, TRACE_OPERATION or TRACE_IO_*. */
  kind(index: number): number {
    return this.word(index, TRACE_KIND) & TRACE_KIND_MASK;
  }

  hasIrqsOff(index: number): boolean {
    return (this.word(index, TRACE_KIND) & TRACE_IRQS_OFF) !== 0;
  }

  /** A page_ref event; `count` is the reference count after it. */
  ref(index: number) {
    return {
      pfn: this.word(index, TRACE_PFN) >>> 0,
      flags: this.word(index, TRACE_FLAGS) >>> 0,
      count: this.word(index, TRACE_COUNT),
      mapcount: this.word(index, TRACE_MAPCOUNT),
      mapping: this.word(index, TRACE_MAPPING) >>> 0,
      val: this.word(index, TRACE_VAL),
      ret: this.word(index, TRACE_RET),
    };
  }

  /** An operation (OP_*): `asked` pages from `vpn` on; got so many, or a negative errno. */
  operation(index: number) {
    return {
      op: this.word(index, TRACE_OP),
      flags: this.word(index, TRACE_FLAGS) >>> 0,
      asked: this.word(index, TRACE_ASKED) >>> 0,
      result: this.word(index, TRACE_RESULT),
      vpn: this.word(index, TRACE_VPN) >>> 0,
      durationNs: this.double(index, TRACE_DURATION_NS),
    };
  }

  /** An I/O on its way to the device or back; `slot` tells those in flight apart. */
  io(index: number) {
    const low = this.word(index, TRACE_OFFSET) >>> 0;
    return {
      slot: this.word(index, TRACE_SLOT) >>> 0,
      isRead: this.word(index, TRACE_IS_READ) !== 0,
      bytes: this.word(index, TRACE_LENGTH) >>> 0,
      offset: (this.word(index, TRACE_OFFSET + 4) >>> 0) * 2 ** 32 + low,
    };
  }
}
