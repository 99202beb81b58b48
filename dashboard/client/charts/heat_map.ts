import type { Frame } from "../../../src/stream/frame.ts";
import { h, setText } from "../dom.ts";
import { isDark, onTheme } from "../theme.ts";
import {
  type Announce,
  type Chart,
  type ChartTable,
  type Mark,
  pngOf,
  type TimeRange,
} from "./chart.ts";
import { cellWords, type HeatCell } from "./heat_cell.ts";
import { HeatCursor } from "./heat_cursor.ts";
import { drawFrame, drawMarks, drawScale, type HeatArea } from "./heat_drawing.ts";
import { HeatGrid } from "./heat_grid.ts";
import { LatencyRows, latencyBounds, spanUsFor } from "./heat_scale.ts";
import { heatTable } from "./heat_table.ts";
import { viridis } from "./viridis.ts";
import { snapped } from "./window.ts";

const HEIGHT = 320;
const ROW_PIXELS = 3;
const LEFT = 54;
const RIGHT = 12;
const TOP = 36;
const BOTTOM = 24;
/** Columns by which a map of a long run moves on. */
const STEP = 16;

export interface HeatMapData {
  /** The operation's name, and its index in the frames. */
  readonly name: string;
  readonly op: number;
  /** All frames so far, oldest first. */
  readonly frames: readonly Frame[];
}

const HINT =
  "Arrow keys move over the cells, with Shift they select time, Enter takes the column, Escape " +
  "lets go of the selection.";

/** Latencies over time: time across, log latency up, colour by how many. */
export class HeatMap implements Chart {
  readonly element: HTMLElement;
  onSelect: ((range: TimeRange | undefined) => void) | undefined;
  private readonly canvas = h("canvas", { "aria-hidden": "true" });
  private readonly tip = h("div", { class: "tip", hidden: true });
  private readonly field: HTMLElement;
  private readonly cells = document.createElement("canvas");
  private readonly cursor: HeatCursor;
  private data: HeatMapData = { name: "", op: 0, frames: [] };
  private grid: HeatGrid | undefined;
  private bounds: [number, number] | undefined;
  private painted = -1;
  private brightest = 0;
  private marks: readonly Mark[] = [];
  private selection: TimeRange | undefined;
  private shades = viridis(isDark());

  constructor(announce: Announce) {
    this.field = h(
      "div",
      { class: "heat", tabindex: "0", role: "application", "aria-roledescription": "heat map" },
      this.canvas,
      this.tip,
    );
    const hint = h("p", { class: "hint" }, HINT);
    this.element = h("figure", { class: "chart" }, this.field, hint);
    this.cursor = new HeatCursor(this.field, {
      frames: () => this.data.frames,
      op: () => this.data.op,
      rows: () => this.grid?.scale,
      timeAt: (x) => this.timeAt(x),
      rowAt: (y) => Math.floor((this.area.top + this.area.height - y) / ROW_PIXELS),
      moved: (cell) => this.showCell(cell),
      announce: (cell) => announce(cellWords(cell, this.data.name)),
      select: (range) => this.choose(range),
    });
    new ResizeObserver(() => this.redraw()).observe(this.field);
    onTheme(() => {
      this.shades = viridis(isDark());
      this.redraw();
    });
  }

  show(data: HeatMapData): void {
    const isOther = data.op !== this.data.op || data.frames[0] !== this.data.frames[0];
    if (data.op !== this.data.op) this.bounds = undefined;
    this.data = data;
    this.field.setAttribute("aria-label", `Latency of ${data.name} over time. ${HINT}`);
    if (isOther || !this.append()) this.redraw();
    else this.draw();
  }

  setMarks(marks: readonly Mark[]): void {
    this.marks = marks;
  }

  /** Selects a window of time, or none. */
  select(range: TimeRange | undefined): void {
    this.selection = range;
    this.draw();
  }

  table(): ChartTable {
    return heatTable(this.data.frames, this.data.op);
  }

  toPng(): Promise<Blob> {
    return pngOf(this.canvas, `${this.data.name}: latency over time`);
  }

  private get area(): HeatArea {
    const width = Math.max(80, this.field.clientWidth - LEFT - RIGHT);
    return { left: LEFT, top: TOP, width, height: HEIGHT - TOP - BOTTOM };
  }

  private choose(range: { oneUs: number; otherUs: number } | undefined): void {
    this.selection = range && snapped(this.data.frames, range.oneUs, range.otherUs);
    this.draw();
    this.onSelect?.(this.selection);
  }

  private timeAt(x: number): number {
    const { grid, area } = this;
    if (grid === undefined) return 0;
    return grid.beginUs + ((x - area.left) / area.width) * grid.spanUs;
  }

  /** Adds what came since the last look, if it fits on the map as it is. */
  private append(): boolean {
    const { grid, bounds, data } = this;
    const fresh = data.frames.filter(({ seq }) => seq > this.painted);
    const first = fresh[0];
    if (grid === undefined || bounds === undefined) return false;
    if (first === undefined) return true;
    const [low, high] = latencyBounds(fresh, data.op, bounds);
    // A frame that was merged with older ones would be added twice.
    const isMerged = first.fromSeq <= this.painted;
    if (isMerged || low !== bounds[0] || high !== bounds[1]) return false;
    if (!this.moveOn(grid, (fresh.at(-1) as Frame).endUs)) return false;
    const touched = fresh.map((frame) => grid.add(frame));
    this.painted = data.frames.at(-1)?.seq ?? -1;
    if (grid.brightest !== this.brightest) this.paint(0, grid.columns - 1);
    else this.paint(touched[0]?.[0] ?? 0, touched.at(-1)?.[1] ?? 0);
    return true;
  }

  /** Makes room for what ends then, by whole columns; false: the map gets another width. */
  private moveOn(grid: HeatGrid, endUs: number): boolean {
    const beyondUs = endUs - grid.beginUs - grid.spanUs;
    if (beyondUs <= 0) return true;
    if (spanUsFor(endUs) !== grid.spanUs) return false;
    const columns = Math.ceil(((beyondUs / grid.spanUs) * grid.columns) / STEP) * STEP;
    if (columns >= grid.columns) return false;
    grid.moveOn(columns);
    const context = this.cells.getContext("2d") as CanvasRenderingContext2D;
    context.globalCompositeOperation = "copy";
    context.drawImage(this.cells, -columns, 0);
    context.globalCompositeOperation = "source-over";
    return true;
  }

  private redraw(): void {
    const { frames, op } = this.data;
    const { width, height } = this.area;
    const endUs = frames.at(-1)?.endUs ?? 0;
    const spanUs = spanUsFor(endUs);
    // The map moves on by whole columns, or it would shimmer.
    const stepUs = (spanUs / width) * STEP;
    const beginUs = Math.ceil(Math.max(0, endUs - spanUs) / stepUs) * stepUs;
    this.bounds = latencyBounds(frames, op, this.bounds);
    const rows = Math.floor(height / ROW_PIXELS);
    const scale = this.rowsOf(this.bounds[0], this.bounds[1], rows);
    this.grid = new HeatGrid(width, scale, beginUs, spanUs, op);
    for (const frame of frames) if (frame.endUs > beginUs) this.grid.add(frame);
    this.painted = frames.at(-1)?.seq ?? -1;
    this.cells.width = width;
    this.cells.height = rows;
    this.paint(0, width - 1);
    this.draw();
  }

  private rowsOf(lowNs: number, highNs: number, rows: number): LatencyRows {
    const known = this.grid?.scale;
    const isKnown = known?.lowNs === lowNs && known.highNs === highNs && known.rows === rows;
    return isKnown ? known : new LatencyRows(lowNs, highNs, rows);
  }

  private paint(first: number, last: number): void {
    const { grid } = this;
    if (grid === undefined || last < first) return;
    this.brightest = grid.brightest;
    const image = new ImageData(last - first + 1, grid.scale.rows);
    grid.paint(new Uint32Array(image.data.buffer), first, last, this.shades);
    this.cells.getContext("2d")?.putImageData(image, first, 0);
  }

  private draw(): void {
    const { canvas, grid, area } = this;
    const dots = devicePixelRatio;
    const [width, height] = [area.left + area.width + RIGHT, HEIGHT];
    if (canvas.width !== Math.round(width * dots) || canvas.height !== height * dots) {
      canvas.width = Math.round(width * dots);
      canvas.height = height * dots;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    if (!context || grid === undefined) return;
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.clearRect(0, 0, width, height);
    const { frames } = this.data;
    drawFrame(context, area, grid, frames);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, area.left, area.top, area.width, area.height);
    drawMarks(context, area, grid, this.marks, this.selection);
    drawScale(context, area, this.brightest, this.shades);
    this.cursor.draw(context, area, grid, ROW_PIXELS);
  }

  private showCell(cell: HeatCell | undefined): void {
    this.tip.hidden = cell === undefined;
    if (cell !== undefined) {
      setText(this.tip, cellWords(cell, this.data.name));
      const { x } = this.cursor.place(this.area, this.grid as HeatGrid, ROW_PIXELS);
      const isLeft = x > this.field.clientWidth / 2;
      this.tip.style.left = isLeft ? "auto" : `${x + 14}px`;
      this.tip.style.right = isLeft ? `${this.field.clientWidth - x + 14}px` : "auto";
    }
    this.draw();
  }
}
