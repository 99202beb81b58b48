import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { h } from "../dom.ts";
import { onTheme } from "../theme.ts";
import { themeColor } from "./chart.ts";

/** What the line charts have in common: their size, their theme, a cursor that keys move. */

const HEIGHT = 260;

export interface PlotHost {
  /** Made anew where colours or lines change. */
  readonly options: () => Omit<uPlot.Options, "width" | "height">;
  /** What stands at a place of the data, in words. */
  readonly wordsAt: (index: number) => string;
  readonly label: () => string;
  readonly announce: (text: string) => void;
}

const ANNOUNCE_AFTER_MS = 250;

/** A uPlot in a focusable frame. */
export class Plot {
  readonly element: HTMLElement;
  private readonly field: HTMLElement;
  private plot: uPlot | undefined;
  private data: uPlot.AlignedData = [[]];
  private lines = -1;
  private at = -1;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: PlotHost) {
    this.field = h("div", { class: "plot", tabindex: "0", role: "application" });
    this.field.setAttribute("aria-roledescription", "line chart");
    this.element = h("figure", { class: "chart" }, this.field);
    this.field.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(this.field);
    onTheme(() => this.rebuild());
  }

  /** New data; the same number of lines goes into the plot that there is. */
  show(data: uPlot.AlignedData, isAnother: boolean): void {
    this.data = data;
    this.field.setAttribute("aria-label", this.host.label());
    if (this.plot === undefined || isAnother || data.length !== this.lines) this.rebuild();
    else this.plot.setData(data);
  }

  get canvas(): HTMLCanvasElement {
    return this.plot?.ctx.canvas ?? document.createElement("canvas");
  }

  private get width(): number {
    return Math.max(240, this.field.clientWidth);
  }

  private rebuild(): void {
    if (this.field.clientWidth === 0) return;
    this.plot?.destroy();
    const options = { ...this.host.options(), width: this.width, height: HEIGHT };
    this.plot = new uPlot(options, this.data, this.field);
    this.lines = this.data.length;
  }

  private resize(): void {
    if (this.plot === undefined) this.rebuild();
    else if (this.plot.width !== this.width) {
      this.plot.setSize({ width: this.width, height: HEIGHT });
    }
  }

  private key(event: KeyboardEvent): void {
    const { plot } = this;
    const last = (this.data[0]?.length ?? 0) - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: this.at - 1,
      ArrowRight: this.at + 1,
      PageUp: this.at - 10,
      PageDown: this.at + 10,
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (plot === undefined || next === undefined || last < 0) return;
    event.preventDefault();
    this.at = Math.min(last, Math.max(0, next));
    const left = plot.valToPos(this.data[0]?.[this.at] as number, "x");
    plot.setCursor({ left, top: 10 });
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => this.host.announce(this.host.wordsAt(this.at)),
      ANNOUNCE_AFTER_MS,
    );
  }
}

/** An axis in the page's colours; `size`: what its words take. */
export function axisOf(values: (value: number) => string, side: "x" | "y"): uPlot.Axis {
  return {
    stroke: themeColor("--muted"),
    grid: { stroke: themeColor("--line"), width: 1 },
    ticks: { stroke: themeColor("--line"), width: 1, size: 4 },
    font: "11px system-ui, sans-serif",
    values: (_, splits) => splits.map((value) => (value === null ? "" : shortened(values(value)))),
    ...(side === "y" ? { size: 62 } : { size: 34 }),
  };
}

/** `2.00M/s` on an axis is `2M/s`. */
function shortened(words: string): string {
  return words.replace(/\.0+(?=\D|$)/, "").replace(/(\.\d*[1-9])0+(?=\D|$)/, "$1");
}

/** How lines are told apart besides their colour. */
const DASHES: readonly (number[] | undefined)[] = [undefined, [8, 4], [2, 3], [10, 3, 2, 3]];

export function strokeOf(index: number): Pick<uPlot.Series, "stroke" | "width" | "dash"> {
  const dash = DASHES[Math.floor(index / 2) % DASHES.length];
  return {
    stroke: themeColor(`--series-${(index % 8) + 1}`),
    width: 2,
    ...(dash === undefined ? {} : { dash }),
  };
}
