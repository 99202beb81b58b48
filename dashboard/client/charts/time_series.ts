import type uPlot from "uplot";
import {
  type Announce,
  type Chart,
  type ChartTable,
  type Mark,
  pngOf,
  themeColor,
} from "./chart.ts";
import { axisOf, Plot, strokeOf } from "./plot.ts";

export interface SeriesLine {
  readonly name: string;
  /** One for each time; null: a gap. */
  readonly values: readonly (number | null)[];
}

export interface SeriesOptions {
  readonly title: string;
  /** A value in words, its unit with it. */
  readonly words: (value: number) => string;
  readonly announce: Announce;
}

const MOST_ROWS = 60;

/** Lines over the time of a run. */
export class TimeSeries implements Chart {
  readonly element: HTMLElement;
  private readonly plot: Plot;
  private seconds: readonly number[] = [];
  private lines: readonly SeriesLine[] = [];
  private marks: readonly Mark[] = [];

  constructor(private readonly given: SeriesOptions) {
    this.plot = new Plot({
      announce: given.announce,
      options: () => this.options(),
      label: () => `${given.title} over time; arrow keys move along it.`,
      wordsAt: (index) => this.wordsAt(index),
    });
    this.element = this.plot.element;
  }

  /** `seconds`: since the run began, ascending. */
  show(seconds: readonly number[], lines: readonly SeriesLine[]): void {
    const isAnother = lines.some(({ name }, i) => this.lines[i]?.name !== name);
    this.seconds = seconds;
    this.lines = lines;
    const values = lines.map((line) => line.values as (number | null)[]);
    this.plot.show([seconds as number[], ...values] as uPlot.AlignedData, isAnother);
  }

  setMarks(marks: readonly Mark[]): void {
    this.marks = marks;
  }

  table(): ChartTable {
    const each = Math.max(1, Math.ceil(this.seconds.length / MOST_ROWS));
    return this.rows(each);
  }

  /** Every value, for a file. */
  fullTable(): ChartTable {
    return {
      columns: ["seconds", ...this.lines.map(({ name }) => name)],
      rows: this.seconds.map((at, i) => [
        String(at),
        ...this.lines.map(({ values }) => String(values[i] ?? "")),
      ]),
    };
  }

  toPng(): Promise<Blob> {
    return pngOf(this.plot.canvas, this.given.title);
  }

  private rows(each: number): ChartTable {
    const columns = ["time", ...this.lines.map(({ name }) => name)];
    const rows = this.seconds.flatMap((at, i) => (i % each === 0 ? [this.row(at, i)] : []));
    return { columns, rows };
  }

  private row(at: number, i: number): string[] {
    return [`${at.toFixed(1)} s`, ...this.lines.map(({ values }) => this.valueWords(values[i]))];
  }

  private valueWords(value: number | null | undefined): string {
    return value === null || value === undefined ? "-" : this.given.words(value);
  }

  private wordsAt(index: number): string {
    const values = this.lines.map((line) => `${line.name} ${this.valueWords(line.values[index])}`);
    return `${(this.seconds[index] ?? 0).toFixed(1)} s: ${values.join(", ")}`;
  }

  private options(): Omit<uPlot.Options, "width" | "height"> {
    const { words } = this.given;
    return {
      scales: { x: { time: false }, y: { range: (_, __, high) => [0, Math.max(high * 1.05, 1)] } },
      axes: [axisOf((value) => `${value} s`, "x"), axisOf(words, "y")],
      series: [
        { label: "time", value: (_, at) => (at === null ? "" : `${at.toFixed(1)} s`) },
        ...this.lines.map(({ name }, i) => ({
          label: name,
          ...strokeOf(i),
          points: { show: false },
          spanGaps: false,
          value: (_: uPlot, value: number | null) => this.valueWords(value),
        })),
      ],
      hooks: { draw: [(plot) => this.drawMarks(plot)] },
    };
  }

  private drawMarks({ ctx, bbox, valToPos }: uPlot): void {
    for (const { atUs, kind } of this.marks) {
      const x = valToPos(atUs / 1e6, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = themeColor(kind === "change" ? "--accent" : "--bad");
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash(kind === "change" ? [] : [4, 4]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }
}
