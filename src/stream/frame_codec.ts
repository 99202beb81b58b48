import { LatencyHistogram } from "../machine/histogram.ts";
import { COARSE } from "../machine/histogram_geometry.ts";
import { ByteReader, type ByteWriter } from "./bytes.ts";
import { type Frame, type OpFrame, PHASES } from "./frame.ts";
import { WireFault } from "./wire_fault.ts";

/** A frame as bytes; docs/WIRE.md draws it. */

/** More than any run has: what is announced beyond it is no frame of ours. */
const MOST_OPS = 64;
const MOST_COUNTERS = 512;

export function writeFrame(out: ByteWriter, frame: Frame): void {
  out.number(frame.fromSeq);
  out.number(frame.seq - frame.fromSeq);
  out.number(frame.beginUs);
  out.number(frame.endUs - frame.beginUs);
  out.byte(PHASES.indexOf(frame.phase));
  out.number(frame.group);
  out.number(frame.ops.length);
  for (const op of frame.ops) writeOp(out, op);
  const counters = [...frame.counters].filter(([, value]) => value > 0).sort(([a], [b]) => a - b);
  out.number(counters.length);
  let last = -1;
  for (const [index, value] of counters) {
    out.number(index - last - 1);
    out.number(value);
    last = index;
  }
  out.text(frame.state ?? "");
  out.number(frame.events.length);
  for (const event of frame.events) out.text(event);
}

function writeOp(
  out: ByteWriter,
  { op, count, batchOps, batchNs, batches, latency }: OpFrame,
): void {
  out.number(op);
  out.number(count);
  out.number(batches);
  if (batches > 0) {
    out.number(batchOps);
    out.number(Math.round(batchNs));
  }
  const slots = [...latency.nonZero()];
  out.number(slots.length);
  if (slots.length === 0) return;
  out.number(latency.minNs);
  out.number(latency.maxNs - latency.minNs);
  let last = -1;
  for (const { index, count: times } of slots) {
    out.number(index - last - 1);
    out.number(times);
    last = index;
  }
}

/** @throws WireFault */
export function readFrame(from: ByteReader): Frame {
  const fromSeq = from.number();
  const seq = fromSeq + from.number();
  const beginUs = from.number();
  const endUs = beginUs + from.number();
  const phase = PHASES[from.byte()];
  if (phase === undefined) throw new WireFault("bad-index", "a phase that there is not");
  const group = from.number();
  const ops = readOps(from);
  const counters = new Map<number, number>();
  let index = -1;
  for (let left = from.count(); left > 0; left--) {
    index += from.number() + 1;
    if (index >= MOST_COUNTERS) throw new WireFault("bad-index", `counter ${index}`);
    counters.set(index, from.number());
  }
  const state = from.text() || undefined;
  const events = Array.from({ length: from.count() }, () => from.text());
  return { fromSeq, seq, beginUs, endUs, phase, group, ops, counters, state, events };
}

function readOps(from: ByteReader): OpFrame[] {
  const ops: OpFrame[] = [];
  for (let left = from.count(); left > 0; left--) {
    const one = readOp(from);
    const before = ops.at(-1)?.op ?? -1;
    if (one.op <= before || one.op >= MOST_OPS) {
      throw new WireFault("bad-index", `operation ${one.op} behind ${before}`);
    }
    ops.push(one);
  }
  return ops;
}

function readOp(from: ByteReader): OpFrame {
  const op = from.number();
  const count = from.number();
  const batches = from.number();
  const batchOps = batches > 0 ? from.number() : 0;
  const batchNs = batches > 0 ? from.number() : 0;
  return { op, count, batchOps, batchNs, batches, latency: readLatency(from) };
}

function readLatency(from: ByteReader): LatencyHistogram {
  const used = from.count();
  if (used === 0) return LatencyHistogram.empty(COARSE);
  const minNs = from.number();
  const maxNs = minNs + from.number();
  const slots = new Uint16Array(used);
  const counts = new Float64Array(used);
  let slot = -1;
  for (let i = 0; i < used; i++) {
    slot += from.number() + 1;
    if (slot >= COARSE.slots) throw new WireFault("bad-index", `latency slot ${slot}`);
    slots[i] = slot;
    counts[i] = from.number();
    if (counts[i] === 0) throw new WireFault("bad-number", `an empty latency slot ${slot}`);
  }
  return LatencyHistogram.fromSlots(slots, counts, minNs, maxNs, COARSE);
}

/** Frames as one block of bytes: what a result keeps of a run's time, and a snapshot carries. */
export function writeFrames(out: ByteWriter, frames: readonly Frame[]): void {
  out.number(frames.length);
  for (const frame of frames) writeFrame(out, frame);
}

/** @throws WireFault also where the frames do not follow each other */
export function readFrames(from: ByteReader): Frame[] {
  const frames: Frame[] = [];
  for (let left = from.count(); left > 0; left--) {
    const frame = readFrame(from);
    if (frame.fromSeq <= (frames.at(-1)?.seq ?? -1)) {
      throw new WireFault("out-of-order", `look ${frame.fromSeq} behind a later one`);
    }
    frames.push(frame);
  }
  return frames;
}

/** @throws WireFault */
export function decodeFrames(bytes: Uint8Array): Frame[] {
  const from = new ByteReader(bytes);
  const frames = readFrames(from);
  from.end();
  return frames;
}
