import type uPlot from "uplot";
import type { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { durationWords, wholeWords } from "../../../src/results/words.ts";
import { type Announce, type Chart, type ChartTable, pngOf, themeColor } from "./chart.ts";
import { axisOf, Plot, strokeOf } from "./plot.ts";

export interface SpectrumLine {
  readonly name: string;
  readonly latency: LatencyHistogram;
}

/** Steps of the nines axis to one more nine. */
const STEPS = 60;
const MOST_NINES = 7;
/** 0, 50, 90, 99, 99.9 … */
const NINES = [0, Math.log10(2), ...Array.from({ length: MOST_NINES }, (_, i) => i + 1)];
export const TABLE_PERCENTILES = [50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100] as const;

/** The percentile at a place of the nines axis: 0 is 0 %, 1 is 90 %, 2 is 99 %. */
export function percentAt(nines: number): number {
  return 100 * (1 - 10 ** -nines);
}

/** `99.9 %`; what is not 100 % is not shown as such. */
export function percentWords(percent: number): string {
  if (percent === 100) return "max";
  const digits = Math.max(0, Math.ceil(-Math.log10((100 - percent) / 10)));
  return `${Number(percent.toFixed(Math.min(6, digits + 1)))} %`;
}

/** Percentiles on the nines axis: what one in a hundred, a thousand, a million waits for. */
export class Spectrum implements Chart {
  readonly element: HTMLElement;
  private readonly plot: Plot;
  private lines: readonly SpectrumLine[] = [];
  private nines: number[] = [];
  private resolutionNs = 0;

  constructor(announce: Announce) {
    this.plot = new Plot({
      announce,
      options: () => this.options(),
      label: () => {
        const names = this.lines.map(({ name }) => name).join(", ");
        return `Percentiles of ${names}; arrow keys move along the nines.`;
      },
      wordsAt: (index) => this.wordsAt(index),
    });
    this.element = this.plot.element;
  }

  /** Latencies below this are the clock's as much as the operation's; ns. */
  setResolution(ns: number): void {
    this.resolutionNs = ns;
  }

  show(lines: readonly SpectrumLine[]): void {
    const names = (all: readonly SpectrumLine[]) => all.map(({ name }) => name).join("\n");
    const isAnother = names(lines) !== names(this.lines);
    this.lines = lines;
    const most = Math.max(1, ...lines.map(({ latency }) => latency.count));
    const last = Math.min(MOST_NINES, Math.max(1, Math.log10(most) + 1 / STEPS));
    this.nines = Array.from({ length: Math.floor(last * STEPS) + 1 }, (_, i) => i / STEPS);
    const curves = lines.map(({ latency }) => this.curve(latency));
    this.plot.show([this.nines, ...curves] as uPlot.AlignedData, isAnother);
  }

  table(): ChartTable {
    const columns = ["percentile", ...this.lines.map(({ name }) => name)];
    const rows = TABLE_PERCENTILES.map((percent) => [
      percentWords(percent),
      ...this.lines.map(({ latency }) =>
        latency.count === 0 ? "-" : durationWords(latency.percentile(percent)),
      ),
    ]);
    const counts = ["timed", ...this.lines.map(({ latency }) => wholeWords(latency.count))];
    return { columns, rows: [...rows, counts] };
  }

  toPng(): Promise<Blob> {
    return pngOf(this.plot.canvas, `Percentiles: ${this.lines.map(({ name }) => name).join(", ")}`);
  }

  /** Beyond one in all there are no more percentiles. */
  private curve(latency: LatencyHistogram): (number | null)[] {
    if (latency.count === 0) return this.nines.map(() => null);
    const most = Math.log10(latency.count);
    return this.nines.map((at) => {
      if (at > most + 1 / STEPS) return null;
      return Math.max(1, at >= most ? latency.maxNs : latency.percentile(percentAt(at)));
    });
  }

  private wordsAt(index: number): string {
    const at = this.nines[index] ?? 0;
    const percent = percentAt(at);
    const values = this.lines.map(({ name, latency }) =>
      latency.count === 0
        ? `${name} none`
        : `${name} ${durationWords(latency.percentile(percent))}`,
    );
    return `${percentWords(percent)}: ${values.join(", ")}`;
  }

  private options(): Omit<uPlot.Options, "width" | "height"> {
    return {
      scales: {
        x: { time: false, range: (_, low, high) => [low, Math.max(high, 1)] },
        y: { distr: 3, log: 10 },
      },
      axes: [
        {
          ...axisOf((value) => percentWords(percentAt(value)).replace(" %", ""), "x"),
          splits: (_, __, ___, most) => NINES.filter((at) => at <= most - 0.15),
        },
        axisOf(durationWords, "y"),
      ],
      series: [
        { label: "percentile", value: (_, at) => (at === null ? "" : percentWords(percentAt(at))) },
        ...this.lines.map(({ name }, i) => ({
          label: name,
          ...strokeOf(i),
          points: { show: false },
          value: (_: uPlot, ns: number | null) => (ns === null ? "" : durationWords(ns)),
        })),
      ],
      hooks: { drawClear: [(plot) => this.shadeResolution(plot)] },
    };
  }

  private shadeResolution({ ctx, bbox, valToPos, scales }: uPlot): void {
    const low = scales.y?.min ?? 0;
    if (!(this.resolutionNs > low)) return;
    const y = Math.max(bbox.top, valToPos(this.resolutionNs, "y", true));
    ctx.fillStyle = themeColor("--shade");
    ctx.fillRect(bbox.left, y, bbox.width, bbox.top + bbox.height - y);
    ctx.fillStyle = themeColor("--muted");
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "right";
    const [right, bottom] = [bbox.left + bbox.width, bbox.top + bbox.height];
    ctx.fillText("below the clock's resolution", right - 6, bottom - 6);
    ctx.textAlign = "left";
  }
}
