import type { Frame } from "../../../src/stream/frame.ts";
import type { LatencyRows } from "./heat_scale.ts";
import { SHADES } from "./viridis.ts";

/**
 * The cells of a heat map, a column of them a pixel: how often a second latencies fell there, so
 * that a frame that covers a second is as bright as ten that cover a tenth.
 */
export class HeatGrid {
  private readonly cells: Float32Array;
  private readonly spans: Float32Array;
  private most = 0;

  constructor(
    readonly columns: number,
    readonly scale: LatencyRows,
    private startUs: number,
    readonly spanUs: number,
    private readonly op: number,
  ) {
    this.cells = new Float32Array(columns * scale.rows);
    this.spans = new Float32Array(columns);
  }

  /** What the brightest shade stands for: a power of two, so that shades seldom change. */
  get brightest(): number {
    return 2 ** Math.ceil(Math.log2(Math.max(this.most, 2)));
  }

  get beginUs(): number {
    return this.startUs;
  }

  /** Forgets its first columns; as many empty ones come behind the last. */
  moveOn(columns: number): void {
    const { rows } = this.scale;
    const kept = Math.max(0, this.columns - columns);
    this.cells.copyWithin(0, columns * rows);
    this.cells.fill(0, kept * rows);
    this.spans.copyWithin(0, columns);
    this.spans.fill(0, kept);
    this.startUs += (columns / this.columns) * this.spanUs;
  }

  columnOf(us: number): number {
    // A bound that is a column's own must not fall short of it by the last bit.
    return Math.floor(((us - this.beginUs) * this.columns) / this.spanUs + 1e-9);
  }

  /** Adds a frame; the columns that it covers. */
  add({ beginUs, endUs, ops }: Frame): readonly [number, number] {
    const first = Math.max(0, this.columnOf(beginUs));
    const last = Math.min(this.columns - 1, Math.max(first, this.columnOf(endUs - 1)));
    const seconds = Math.max(endUs - beginUs, 1) / 1e6;
    const latency = ops.find((one) => one.op === this.op)?.latency;
    const slots = latency === undefined ? [] : [...latency.nonZero()];
    for (let column = first; column <= last; column++) {
      this.spans[column] = (this.spans[column] as number) + seconds;
      for (const { index, count } of slots) this.addTo(column, index, count);
    }
    return [first, last];
  }

  private addTo(column: number, slot: number, count: number): void {
    const { rows, first, last } = this.scale;
    const from = column * rows + (first[slot] as number);
    const to = column * rows + (last[slot] as number);
    const seconds = this.spans[column] as number;
    for (let at = from; at <= to; at++) {
      const sum = (this.cells[at] as number) + count;
      this.cells[at] = sum;
      if (sum / seconds > this.most) this.most = sum / seconds;
    }
  }

  /** Paints columns into pixels that begin with column `first`; the highest row is on top. */
  paint(pixels: Uint32Array, first: number, last: number, shades: Uint32Array): void {
    const { rows } = this.scale;
    const width = last - first + 1;
    const perLog = (SHADES - 1) / Math.log1p(this.brightest);
    for (let column = first; column <= last; column++) {
      const seconds = this.spans[column] as number;
      for (let row = 0; row < rows; row++) {
        const count = this.cells[column * rows + row] as number;
        const at = (rows - 1 - row) * width + (column - first);
        const shade = Math.min(SHADES - 1, Math.round(Math.log1p(count / seconds) * perLog));
        pixels[at] = count > 0 ? (shades[shade] as number) : 0;
      }
    }
  }
}
