import type { TimelineJson } from "../../src/results/pinlab_json.ts";
import { OP_NAMES } from "../../src/scenario/metric_names.ts";
import { ByteWriter } from "../../src/stream/bytes.ts";
import type { Frame } from "../../src/stream/frame.ts";
import { writeFrames } from "../../src/stream/frame_codec.ts";
import { COUNTERS } from "./run_facts.ts";

/** Frames as a result keeps them. */
export function timelineJson(frames: readonly Frame[]): TimelineJson {
  const out = new ByteWriter();
  writeFrames(out, frames);
  const bytes = Buffer.from(out.take());
  return { ops: OP_NAMES, counters: COUNTERS, frames: bytes.toString("base64") };
}
