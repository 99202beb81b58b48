import { encodeV2, withV2Head } from "../../src/results/hdr_v2_payload.ts";
import { logHead, logLine } from "../../src/results/hlog_lines.ts";
import { mergedLatency } from "./charts/window.ts";
import type { RunModel } from "./run_model.ts";

const INTERVAL_US = 1e6;

/**
 * The run's time as HdrHistogram's interval log: a second an interval, or as much as a frame covers
 * where frames were merged; a tag an operation. Two significant digits, as frames have.
 */
export async function intervalLog(model: RunModel): Promise<string> {
  const { info, timeline } = model;
  const lines = logHead(`pinlab: values in ns, two digits, ${info.name}`, info.startedAtMs);
  for (const part of intervals(model)) {
    const [beginUs, endUs] = [part[0]?.beginUs ?? 0, part.at(-1)?.endUs ?? 0];
    const [beginS, lengthS] = [beginUs / 1e6, (endUs - beginUs) / 1e6];
    for (const [op, tag] of info.ops.entries()) {
      const histogram = mergedLatency(part, op);
      if (histogram.count === 0) continue;
      lines.push(logLine({ tag, beginS, lengthS, histogram }, await encoded(encodeV2(histogram))));
    }
  }
  return timeline.seq < 0 ? "" : `${lines.join("\n")}\n`;
}

/** Frames of about a second each; a phase ends one. */
function intervals({ timeline }: RunModel) {
  const parts: (typeof frames)[] = [];
  const frames = timeline.frames();
  for (const frame of frames) {
    const part = parts.at(-1);
    const first = part?.[0];
    const fits = first !== undefined && frame.endUs - first.beginUs <= INTERVAL_US * 1.05;
    if (part !== undefined && fits && first.phase === frame.phase) part.push(frame);
    else parts.push([frame]);
  }
  return parts;
}

async function encoded(payload: Uint8Array<ArrayBuffer>): Promise<string> {
  const zlib = new Blob([payload]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = withV2Head(new Uint8Array(await new Response(zlib).arrayBuffer()));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
