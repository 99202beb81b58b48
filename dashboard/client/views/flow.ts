import { countWords } from "../../../src/results/words.ts";
import type { Announce } from "../charts/chart.ts";
import { TimeSeries } from "../charts/time_series.ts";
import { freshId, h } from "../dom.ts";
import { ofCounters, ofOp, type Reading, ratesOf } from "../rates.ts";
import type { RunModel } from "../run_model.ts";
import { saveButtons } from "../save.ts";
import { Numbers, section, type View } from "./view.ts";

/** One chart over time, its numbers and its files. */
class FlowPanel {
  readonly element: HTMLElement;
  private readonly chart: TimeSeries;
  private readonly numbers: Numbers;

  constructor(
    title: string,
    words: (value: number) => string,
    announce: Announce,
    private readonly linesOf: (model: RunModel) => readonly (readonly [string, Reading])[],
    controls?: HTMLElement,
  ) {
    this.chart = new TimeSeries({ title, words, announce });
    this.numbers = new Numbers(title, () => this.chart.table());
    const file = `pinlab-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
    this.element = h(
      "div",
      { class: "panel" },
      h("h3", {}, title),
      controls,
      this.chart.element,
      h(
        "div",
        { class: "under" },
        this.numbers.element,
        saveButtons(() => file, this.chart),
      ),
    );
  }

  update(model: RunModel): void {
    const lines = this.linesOf(model);
    const readings = lines.map(([, reading]) => reading);
    const { seconds, values } = ratesOf(model.timeline.frames(), readings);
    this.chart.setMarks(model.marks);
    this.chart.show(
      seconds,
      lines.map(([name], i) => ({ name, values: values[i] ?? [] })),
    );
    this.numbers.update();
  }
}

const rateWords = (value: number): string => `${countWords(Math.round(value))}/s`;
const byteWords = (value: number): string => `${countWords(Math.round(value))}B/s`;
const FIRST_COUNTERS = ["nr_foll_pin_acquired", "nr_foll_pin_released", "pgfault"];
const MOST_LINES = 8;

/** Throughput and counters over time. */
export class FlowView implements View {
  readonly element: HTMLElement;
  private readonly panels: readonly FlowPanel[];
  private readonly chooser = h("fieldset", { class: "chooser" });
  private readonly chosen = new Set(FIRST_COUNTERS);
  private model: RunModel | undefined;

  constructor(announce: Announce) {
    const chooser = h("details", {}, h("summary", {}, "Choose counters"), this.chooser);
    this.panels = [
      new FlowPanel("Operations a second", rateWords, announce, (model) =>
        model.ops
          .filter(({ name }) => name !== "io_corrected")
          .slice(0, MOST_LINES)
          .map(({ name, op }) => [name, ofOp(op)] as const),
      ),
      new FlowPanel("Bytes a second", byteWords, announce, (model) =>
        (["read", "write"] as const).map((direction) => {
          const index = model.info.counters.indexOf(`${direction}.bytes`);
          return [direction, ofCounters([index])] as const;
        }),
      ),
      new FlowPanel("Counters a second", rateWords, announce, (m) => this.counters(m), chooser),
    ];
    const grid = h("div", { class: "grid" }, ...this.panels.map(({ element }) => element));
    this.element = section("flow", "Throughput and counters", grid);
  }

  update(model: RunModel): void {
    if (model !== this.model) this.renew(model);
    for (const panel of this.panels) panel.update(model);
  }

  private counters(model: RunModel): (readonly [string, Reading])[] {
    const { counters } = model.info;
    return counters.flatMap((name, index) =>
      this.chosen.has(name) ? [[name, ofCounters([index])] as const] : [],
    );
  }

  private renew(model: RunModel): void {
    this.model = model;
    const boxes = model.info.counters.map((name) => {
      const id = freshId("counter");
      const box = h("input", { type: "checkbox", id, checked: this.chosen.has(name) });
      box.addEventListener("change", () => this.choose(name, box));
      return h("div", {}, box, h("label", { for: id }, name));
    });
    this.chooser.replaceChildren(h("legend", {}, "Counters that are drawn"), ...boxes);
  }

  private choose(name: string, box: HTMLInputElement): void {
    if (!box.checked) this.chosen.delete(name);
    else if (this.chosen.size < MOST_LINES) this.chosen.add(name);
    else box.checked = false;
    if (this.model) this.update(this.model);
  }
}
