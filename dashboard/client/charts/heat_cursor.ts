import type { Frame } from "../../../src/stream/frame.ts";
import { themeColor } from "./chart.ts";
import { cellAt, type HeatCell } from "./heat_cell.ts";
import type { HeatArea } from "./heat_drawing.ts";
import type { HeatGrid } from "./heat_grid.ts";
import type { LatencyRows } from "./heat_scale.ts";

const ANNOUNCE_AFTER_MS = 250;
/** A pointer that moves less has clicked. */
const LEAST_DRAG = 4;
const PAGE_ROWS = 10;

/** What a cursor needs of the map that it moves over. */
export interface CursorHost {
  readonly frames: () => readonly Frame[];
  readonly op: () => number;
  readonly rows: () => LatencyRows | undefined;
  readonly timeAt: (x: number) => number;
  readonly rowAt: (y: number) => number;
  readonly moved: (cell: HeatCell | undefined) => void;
  readonly announce: (cell: HeatCell) => void;
  readonly select: (range: { oneUs: number; otherUs: number } | undefined) => void;
}

/** The place on a heat map that is told about; pointer and keys move it and select time. */
export class HeatCursor {
  private atUs: number | undefined;
  private row = 0;
  private anchorUs: number | undefined;
  private downX: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly field: HTMLElement,
    private readonly host: CursorHost,
  ) {
    field.addEventListener("pointermove", (event) => this.pointerMoved(event));
    field.addEventListener("pointerdown", (event) => this.pointerDown(event));
    field.addEventListener("pointerup", (event) => this.pointerUp(event));
    field.addEventListener("pointerleave", () => this.leave());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.leave());
  }

  /** Where the cursor is drawn. */
  place({ left, top, width, height }: HeatArea, grid: HeatGrid, rowPixels: number) {
    const share = ((this.atUs ?? 0) - grid.beginUs) / grid.spanUs;
    return { x: left + share * width, y: top + height - (this.row + 0.5) * rowPixels };
  }

  draw(context: CanvasRenderingContext2D, area: HeatArea, grid: HeatGrid, rowPixels: number): void {
    if (this.atUs === undefined) return;
    const { x, y } = this.place(area, grid, rowPixels);
    context.strokeStyle = themeColor("--ink");
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x, area.top);
    context.lineTo(x, area.top + area.height);
    context.moveTo(area.left, y);
    context.lineTo(area.left + area.width, y);
    context.stroke();
    context.setLineDash([]);
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const box = this.field.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private pointerMoved(event: PointerEvent): void {
    const { x, y } = this.at(event);
    this.moveTo(this.host.timeAt(x), this.host.rowAt(y));
    if (this.downX !== undefined && Math.abs(x - this.downX) > LEAST_DRAG) {
      this.host.select({ oneUs: this.host.timeAt(this.downX), otherUs: this.host.timeAt(x) });
    }
  }

  private pointerDown(event: PointerEvent): void {
    this.downX = this.at(event).x;
    this.field.setPointerCapture(event.pointerId);
  }

  private pointerUp(event: PointerEvent): void {
    const { x } = this.at(event);
    const hasDragged = this.downX !== undefined && Math.abs(x - this.downX) > LEAST_DRAG;
    if (!hasDragged) this.host.select(undefined);
    this.downX = undefined;
  }

  private leave(): void {
    if (this.field.matches(":focus-visible")) return;
    this.atUs = undefined;
    this.host.moved(undefined);
  }

  private moveTo(atUs: number, row: number): void {
    const scale = this.host.rows();
    if (scale === undefined) return;
    this.row = Math.min(scale.rows - 1, Math.max(0, row));
    this.atUs = atUs;
    this.host.moved(this.cell());
  }

  private cell(): HeatCell | undefined {
    const scale = this.host.rows();
    if (scale === undefined || this.atUs === undefined) return undefined;
    return cellAt(this.host.frames(), this.host.op(), scale, this.atUs, this.row);
  }

  private key(event: KeyboardEvent): void {
    const frames = this.host.frames();
    const at = frames.findIndex(({ endUs }) => endUs > (this.atUs ?? Number.POSITIVE_INFINITY));
    const here = at < 0 ? frames.length - 1 : at;
    const step = STEPS[event.key];
    if (step !== undefined) {
      const [columns, rows] = step;
      const next = Math.min(frames.length - 1, Math.max(0, here + columns));
      this.go(frames, this.atUs === undefined ? here : next, rows, event.shiftKey);
    } else if (event.key === "Enter" && frames[here]) {
      const { beginUs, endUs } = frames[here];
      this.host.select({ oneUs: beginUs, otherUs: endUs - 1 });
    } else if (event.key === "Escape") {
      this.anchorUs = undefined;
      this.host.select(undefined);
    } else return;
    event.preventDefault();
  }

  private go(frames: readonly Frame[], index: number, rows: number, selects: boolean): void {
    const frame = frames[index];
    if (frame === undefined) return;
    const middle = (frame.beginUs + frame.endUs) / 2;
    if (selects) this.anchorUs ??= this.atUs ?? middle;
    else this.anchorUs = undefined;
    this.moveTo(middle, this.row + rows);
    if (this.anchorUs !== undefined) {
      this.host.select({ oneUs: this.anchorUs, otherUs: middle });
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const cell = this.cell();
      if (cell) this.host.announce(cell);
    }, ANNOUNCE_AFTER_MS);
  }
}

const FAR = 1e9;
const STEPS: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  PageUp: [0, PAGE_ROWS],
  PageDown: [0, -PAGE_ROWS],
  Home: [-FAR, 0],
  End: [FAR, 0],
};
