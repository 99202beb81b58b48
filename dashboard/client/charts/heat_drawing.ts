import { countWords, durationWords } from "../../../src/results/words.ts";
import type { Frame, Phase } from "../../../src/stream/frame.ts";
import { type Mark, type TimeRange, themeColor } from "./chart.ts";
import type { HeatGrid } from "./heat_grid.ts";
import { cssOf, SHADES } from "./viridis.ts";

/** What stands around and over the cells of a heat map. */

export interface HeatArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const FONT = "11px system-ui, sans-serif";
const SHADED: Readonly<Partial<Record<Phase, string>>> = {
  setup: "set-up",
  warmup: "warm-up",
  paused: "paused",
};
const LEAST_CAPTION = 44;

/** Axes, their words, phases that are no measurement, and times at which nobody looked. */
export function drawFrame(
  context: CanvasRenderingContext2D,
  area: HeatArea,
  grid: HeatGrid,
  frames: readonly Frame[],
): void {
  context.font = FONT;
  drawPhases(context, area, grid, frames);
  drawGaps(context, area, grid, frames);
  drawLatencyAxis(context, area, grid);
  drawTimeAxis(context, area, grid);
}

function xOf({ left, width }: HeatArea, grid: HeatGrid, us: number): number {
  const share = (us - grid.beginUs) / grid.spanUs;
  return left + Math.min(1, Math.max(0, share)) * width;
}

function drawPhases(
  context: CanvasRenderingContext2D,
  area: HeatArea,
  grid: HeatGrid,
  frames: readonly Frame[],
): void {
  let at = 0;
  while (at < frames.length) {
    const { phase, beginUs } = frames[at] as Frame;
    let end = at;
    while (frames[end + 1]?.phase === phase) end += 1;
    const words = SHADED[phase];
    const [x, right] = [xOf(area, grid, beginUs), xOf(area, grid, (frames[end] as Frame).endUs)];
    if (words !== undefined && right > x) {
      context.fillStyle = themeColor("--shade");
      context.fillRect(x, area.top, right - x, area.height);
      context.fillStyle = themeColor("--muted");
      if (right - x > LEAST_CAPTION) context.fillText(words, x + 4, area.top + 13);
    }
    at = end + 1;
  }
}

/** Hatched: between frames that do not follow each other. */
function drawGaps(
  context: CanvasRenderingContext2D,
  area: HeatArea,
  grid: HeatGrid,
  frames: readonly Frame[],
): void {
  frames.slice(1).forEach((frame, i) => {
    const before = frames[i] as Frame;
    if (frame.fromSeq === before.seq + 1) return;
    const [x, right] = [xOf(area, grid, before.endUs), xOf(area, grid, frame.beginUs)];
    context.save();
    context.beginPath();
    context.rect(x, area.top, Math.max(1, right - x), area.height);
    context.clip();
    context.strokeStyle = themeColor("--muted");
    context.beginPath();
    for (let at = x - area.height; at < right; at += 8) {
      context.moveTo(at, area.top + area.height);
      context.lineTo(at + area.height, area.top);
    }
    context.stroke();
    context.restore();
  });
}

function drawLatencyAxis(
  context: CanvasRenderingContext2D,
  { left, top, width, height }: HeatArea,
  { scale }: HeatGrid,
): void {
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  const decades = Math.log10(scale.highNs / scale.lowNs);
  for (let decade = 0; decade <= decades; decade++) {
    const ns = Math.round(scale.lowNs * 10 ** decade);
    const y = Math.round(top + height - (decade / decades) * height) + 0.5;
    context.strokeStyle = themeColor("--line");
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(left + width, y);
    context.stroke();
    context.fillStyle = themeColor("--muted");
    context.fillText(durationWords(ns).replace(/\.0+(?=\D)/, ""), left - 6, y);
  }
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
}

function drawTimeAxis(
  context: CanvasRenderingContext2D,
  { left, top, width, height }: HeatArea,
  { beginUs, spanUs }: HeatGrid,
): void {
  const most = Math.max(2, Math.floor(width / 80));
  const steps = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];
  const step = (steps.find((one) => spanUs / 1e6 / one <= most) ?? 600) * 1e6;
  context.fillStyle = themeColor("--muted");
  for (let us = Math.ceil(beginUs / step) * step; us <= beginUs + spanUs; us += step) {
    const x = left + ((us - beginUs) / spanUs) * width;
    const isLast = x > left + width - 20;
    context.textAlign = isLast ? "right" : "center";
    context.fillText(`${us / 1e6} s`, isLast ? left + width : x, top + height + 16);
  }
  context.textAlign = "left";
}

/** Changes and violations as lines with a flag, and the window that is selected. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  area: HeatArea,
  grid: HeatGrid,
  marks: readonly Mark[],
  selection: TimeRange | undefined,
): void {
  if (selection !== undefined) {
    const [x, right] = [xOf(area, grid, selection.beginUs), xOf(area, grid, selection.endUs)];
    context.fillStyle = themeColor("--veil");
    context.fillRect(area.left, area.top, x - area.left, area.height);
    context.fillRect(right, area.top, area.left + area.width - right, area.height);
    context.strokeStyle = themeColor("--accent");
    context.lineWidth = 2;
    context.strokeRect(x, area.top, Math.max(2, right - x), area.height);
  }
  // Newest first, so that the latest change has its words where two are close.
  let free = Number.POSITIVE_INFINITY;
  context.font = FONT;
  for (const { atUs, kind, label } of marks.toReversed()) {
    if (atUs < grid.beginUs) continue;
    const x = Math.round(xOf(area, grid, atUs)) + 0.5;
    context.strokeStyle = themeColor(kind === "change" ? "--accent" : "--bad");
    context.fillStyle = context.strokeStyle;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, area.top - 6);
    context.lineTo(x, area.top + area.height);
    context.stroke();
    context.beginPath();
    // A change is a flag, a violation a cross: the shape says it as well as the colour.
    if (kind === "change") context.fillRect(x, area.top - 8, 7, 6);
    else {
      context.moveTo(x - 4, area.top - 9);
      context.lineTo(x + 4, area.top - 2);
      context.moveTo(x + 4, area.top - 9);
      context.lineTo(x - 4, area.top - 2);
      context.stroke();
    }
    const end = x + 10 + context.measureText(label).width;
    const hasRoom = end < Math.min(free, area.left + area.width);
    if (kind === "change" && hasRoom) context.fillText(label, x + 10, area.top - 3);
    free = x - 4;
  }
}

/** What the shades stand for. */
export function drawScale(
  context: CanvasRenderingContext2D,
  { left, width }: HeatArea,
  brightest: number,
  shades: Uint32Array,
): void {
  const length = Math.min(140, width / 3);
  const begin = left + width - length;
  for (let x = 0; x < length; x++) {
    context.fillStyle = cssOf(shades[Math.floor((x / length) * (SHADES - 1))] as number);
    context.fillRect(begin + x, 3, 1.5, 6);
  }
  context.font = FONT;
  context.fillStyle = themeColor("--muted");
  context.textAlign = "right";
  context.fillText(`timed a second: 1 to ${countWords(brightest)}`, begin - 8, 10);
  context.textAlign = "left";
}
