import { countWords, durationWords, shareWords, wholeWords } from "../../../src/results/words.ts";
import type { Announce, TimeRange } from "../charts/chart.ts";
import { secondWords } from "../charts/heat_cell.ts";
import { HeatMap } from "../charts/heat_map.ts";
import { Spectrum, type SpectrumLine } from "../charts/spectrum.ts";
import { framesIn, mergedLatency } from "../charts/window.ts";
import { nowMs } from "../clock.ts";
import { h, setText, tableOf } from "../dom.ts";
import type { OpFigures, RunModel } from "../run_model.ts";
import { saveButtons } from "../save.ts";
import { Numbers, section, Tabs, type View } from "./view.ts";

const COLUMNS = [
  ...["operation", "count", "rate/s", "mean", "timed", "p50", "p99", "p99.9", "max"],
  "<resolution",
] as const;
const PERCENTILES = [50, 99, 99.9] as const;
/** Numbers that change more often cannot be read. */
const NUMBERS_EVERY_MS = 300;

/** What a moment of a run is compared with: percentiles by operation. */
export interface Baseline {
  readonly name: string;
  readonly ops: readonly OpFigures[];
}

/** Heat map and percentile spectrum of one operation, and the numbers of all. */
export class LatencyView implements View {
  readonly element: HTMLElement;
  private readonly tabs: Tabs;
  private readonly heat: HeatMap;
  private readonly spectrum: Spectrum;
  private readonly numbers: readonly Numbers[];
  private readonly table = h("div", { class: "scroll", tabindex: "0", role: "region" });
  private readonly windowWords = h("p", { class: "window", role: "status" });
  private readonly pinned = h("button", { type: "button" }, "Pin as baseline");
  private model: RunModel | undefined;
  private range: TimeRange | undefined;
  private baseline: Baseline | undefined;
  private numbersMs = 0;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(announce: Announce) {
    this.tabs = new Tabs("Operation", () => this.redraw());
    this.heat = new HeatMap(announce);
    this.heat.onSelect = (range) => {
      this.range = range;
      this.redraw();
    };
    this.spectrum = new Spectrum(announce);
    const heatNumbers = new Numbers("Latency over time", () => this.heat.table());
    const lines = new Numbers("Percentiles", () => this.spectrum.table());
    this.numbers = [heatNumbers, lines];
    this.table.setAttribute("aria-label", "All operations, in numbers");
    this.pinned.addEventListener("click", () => this.pinNow());
    const name = (what: string) => () => `pinlab-${this.tabs.chosen}-${what}`;
    const heat = h(
      "div",
      { class: "panel wide" },
      this.heat.element,
      this.windowWords,
      h("div", { class: "under" }, heatNumbers.element, saveButtons(name("heat"), this.heat)),
    );
    const spectrum = h(
      "div",
      { class: "panel" },
      h("h3", {}, "Percentiles"),
      this.spectrum.element,
      h(
        "div",
        { class: "under" },
        lines.element,
        h("div", { class: "save" }, this.pinned),
        saveButtons(name("percentiles"), this.spectrum),
      ),
    );
    const all = h("div", { class: "panel all" }, h("h3", {}, "All operations"), this.table);
    const grid = h("div", { class: "grid beside" }, heat, spectrum, all);
    this.element = section("latency", "Latency", this.tabs.element, grid);
  }

  update(model: RunModel): void {
    if (model !== this.model) this.range = undefined;
    this.model = model;
    this.tabs.update(model.ops.filter(({ sampled }) => sampled > 0).map(({ name }) => name));
    const leftMs = this.numbersMs + NUMBERS_EVERY_MS - nowMs();
    this.redraw(leftMs <= 0);
    // Whatever came last is shown, even if nothing comes after it.
    if (leftMs > 0) this.later ??= setTimeout(() => this.redraw(), leftMs);
  }

  /** Chooses the n-th operation, from 0. */
  chooseAt(index: number): void {
    this.tabs.choose(this.model?.ops.filter(({ sampled }) => sampled > 0)[index]?.name);
  }

  setBaseline(baseline: Baseline | undefined): void {
    this.baseline = baseline;
    setText(this.pinned, baseline === undefined ? "Pin as baseline" : "Let go of the baseline");
    this.redraw();
  }

  private pinNow(): void {
    if (this.baseline !== undefined) this.setBaseline(undefined);
    else if (this.model !== undefined) {
      const at = secondWords(this.model.endUs);
      const live = this.model.phase === "done" ? "" : ` at ${at}`;
      this.setBaseline({ name: `${this.model.info.name}${live}`, ops: this.model.ops });
    }
  }

  private redraw(withNumbers = true): void {
    const { model } = this;
    if (model === undefined) return;
    const { ops } = model;
    const op = ops.find(({ name }) => name === this.tabs.chosen);
    const frames = model.timeline.frames();
    if (op !== undefined) {
      this.heat.setMarks(model.marks);
      this.heat.show({ name: op.name, op: op.op, frames });
    }
    if (!withNumbers) return;
    this.numbersMs = nowMs();
    clearTimeout(this.later);
    this.later = undefined;
    if (op !== undefined) {
      this.spectrum.setResolution(model.resolutionNs);
      this.spectrum.show(this.lines(model, op));
    }
    this.heat.element.hidden = frames.length === 0;
    setText(this.windowWords, this.words(model, frames.length));
    for (const one of this.numbers) one.update();
    this.table.replaceChildren(tableOf("All operations", COLUMNS, ops.map(rowOf)));
  }

  private words(model: RunModel, frames: number): string {
    if (frames === 0) {
      return "This run kept no record of its time: run with --live or --report to see one.";
    }
    if (this.range === undefined) return "Drag over the map to see a part of the time by itself.";
    const { beginUs, endUs } = this.range;
    // Whole, for programs that read the page.
    Object.assign(this.windowWords.dataset, { beginUs, endUs });
    const inside = framesIn(model.timeline.frames(), this.range);
    const op = model.info.ops.indexOf(this.tabs.chosen);
    const count = wholeWords(mergedLatency(inside, op).count);
    return `${secondWords(beginUs)} to ${secondWords(endUs)}: ${count} timed`;
  }

  private lines(model: RunModel, op: OpFigures): SpectrumLine[] {
    const lines: SpectrumLine[] = [];
    const add = (name: string, found: OpFigures | undefined): void => {
      if (found?.latency && found.latency.count > 0) lines.push({ name, latency: found.latency });
    };
    add(op.name === "io" ? "io, raw" : op.name, op);
    if (op.name === "io") {
      add(
        "io, corrected",
        model.ops.find(({ name }) => name === "io_corrected"),
      );
    }
    if (this.range !== undefined) {
      const inside = framesIn(model.timeline.frames(), this.range);
      lines.push({ name: "window", latency: mergedLatency(inside, op.op) });
    }
    const { baseline } = this;
    if (baseline !== undefined) {
      add(
        `baseline: ${baseline.name}`,
        baseline.ops.find(({ name }) => name === op.name),
      );
    }
    return lines;
  }
}

function rowOf(op: OpFigures): string[] {
  const { name, count, rate, batchMeanNs, sampled, latency, belowResolution } = op;
  const mean = batchMeanNs === undefined ? "-" : durationWords(batchMeanNs);
  const cells = [name, countWords(count), countWords(Math.round(rate)), mean, countWords(sampled)];
  if (latency === undefined || latency.count === 0) return [...cells, "-", "-", "-", "-", "-"];
  const percentiles = PERCENTILES.map((percent) => durationWords(latency.percentile(percent)));
  return [...cells, ...percentiles, durationWords(latency.maxNs), shareWords(belowResolution)];
}
