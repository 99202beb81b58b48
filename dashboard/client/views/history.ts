import { durationWords } from "../../../src/results/words.ts";
import type { RunList, RunSummary } from "../../../src/stream/run_list.ts";
import { RunViewFault, readRunView } from "../../../src/stream/run_view.ts";
import type { Announce } from "../charts/chart.ts";
import { Spectrum } from "../charts/spectrum.ts";
import { dateWords } from "../clock.ts";
import { differencesOf, differingEnvironment, differingParameters } from "../compare.ts";
import { freshId, h, setText, tableOf } from "../dom.ts";
import { RunModel } from "../run_model.ts";
import { saveButtons } from "../save.ts";
import { Numbers, section, Tabs } from "./view.ts";

/** Where finished runs come from; undefined: this page has no server. */
export interface RunSource {
  list(): Promise<RunList>;
  read(id: string): Promise<string>;
}

interface Entry {
  readonly summary: RunSummary;
  readonly load: () => Promise<RunModel>;
}

/** Finished runs: one is opened, two and more are laid over each other. */
export class HistoryView {
  readonly element: HTMLElement;
  private readonly entries = new Map<string, Entry>();
  private readonly chosen = new Map<string, RunModel>();
  private readonly list = h("div", { class: "scroll", tabindex: "0", role: "region" });
  private readonly said = h("p", { class: "outcome", role: "status" });
  private readonly words = h("ul", { class: "differences" });
  private readonly beside = h("div", { class: "scroll", tabindex: "0", role: "region" });
  private readonly tabs = new Tabs("Operation of both", () => this.overlay());
  private readonly spectrum: Spectrum;
  private readonly numbers: Numbers;
  private readonly panel: HTMLElement;

  constructor(
    announce: Announce,
    private readonly source: RunSource | undefined,
    private readonly open: (model: RunModel) => void,
    private readonly pin: (model: RunModel) => void,
  ) {
    this.spectrum = new Spectrum(announce);
    this.numbers = new Numbers("Percentiles side by side", () => this.spectrum.table());
    this.list.setAttribute("aria-label", "Finished runs");
    this.beside.setAttribute("aria-label", "Numbers side by side");
    const under = h(
      "div",
      { class: "under" },
      this.numbers.element,
      saveButtons(() => "pinlab-overlay", this.spectrum),
    );
    this.panel = h(
      "div",
      { class: "panel wide", hidden: true },
      h("h3", {}, "Laid over each other"),
      this.tabs.element,
      this.spectrum.element,
      under,
      this.words,
      this.beside,
    );
    this.element = section(
      "history",
      "History",
      h(
        "div",
        { class: "grid" },
        h("div", { class: "panel wide" }, this.chooser(), this.said, this.list),
        this.panel,
      ),
    );
    this.takeDrops();
    this.render();
  }

  /** Asks the server for its list again. */
  async refresh(): Promise<void> {
    if (this.source === undefined) return;
    const { source } = this;
    try {
      const { runs, skipped } = await source.list();
      for (const summary of runs) {
        const load = async (): Promise<RunModel> =>
          RunModel.finished(summary.id, readRunView(await source.read(summary.id)));
        this.entries.set(summary.id, { summary, load });
      }
      const [first] = skipped;
      const others = skipped.length > 1 ? ` and ${skipped.length - 1} more` : "";
      if (first) setText(this.said, `left out: ${first.id} (${first.reason})${others}`);
      this.render();
    } catch (error) {
      setText(this.said, `the list of runs could not be had: ${(error as Error).message}`);
    }
  }

  /** A run that is here already: from the page's own data, or a file. */
  add(id: string, text: string): RunModel | undefined {
    try {
      const view = readRunView(text);
      const { name, startedAtMs, durationNs, parameters } = view;
      const model = RunModel.finished(id, view);
      const summary = { id, name, startedAtMs, durationNs, parameters };
      this.entries.set(id, { summary, load: () => Promise.resolve(model) });
      this.render();
      return model;
    } catch (error) {
      if (!(error instanceof RunViewFault)) throw error;
      setText(this.said, `✗ ${id}: ${error.message}`);
      return undefined;
    }
  }

  private chooser(): HTMLElement {
    const id = freshId("files");
    const input = h("input", {
      type: "file",
      id,
      accept: ".json,application/json",
      multiple: true,
    });
    input.addEventListener("change", () => void this.take(input.files));
    const label = h("label", { for: id }, "Open result files, or drop them anywhere on the page");
    return h("div", { class: "opener" }, label, input);
  }

  private takeDrops(): void {
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      void this.take(event.dataTransfer?.files ?? null);
    });
  }

  private async take(files: FileList | null): Promise<void> {
    for (const file of files ?? []) {
      if (file.size > MOST_BYTES) setText(this.said, `✗ ${file.name}: larger than 64 MiB`);
      else {
        const model = this.add(file.name, await file.text());
        if (model) this.open(model);
      }
    }
  }

  private render(): void {
    const all = [...this.entries.values()].sort(
      (a, b) => b.summary.startedAtMs - a.summary.startedAtMs,
    );
    if (all.length === 0) {
      this.list.replaceChildren(h("p", { class: "hint" }, "No finished run is here yet."));
      return;
    }
    const head = ["compare", "run", "scheme", "started", "measured", "file", "baseline"];
    const rows = all.map((entry) => this.row(entry));
    const titles = head.map((text) => h("th", { scope: "col" }, text));
    this.list.replaceChildren(
      h(
        "table",
        {},
        h("caption", {}, "Finished runs"),
        h("thead", {}, h("tr", {}, ...titles)),
        h("tbody", {}, ...rows),
      ),
    );
  }

  private row({ summary, load }: Entry): HTMLElement {
    const { id, name, startedAtMs, durationNs, parameters } = summary;
    const box = h("input", { type: "checkbox", checked: this.chosen.has(id) });
    box.setAttribute("aria-label", `compare ${name}, ${id}`);
    box.addEventListener("change", () => void this.choose(id, box, load));
    const open = h("button", { type: "button", class: "link" }, name);
    open.addEventListener("click", () => void this.run(id, load, this.open));
    const words = parameters
      .filter(({ name: key }) => key === "scheme" || key === "bias")
      .map(({ name: key, value }) => (key === "scheme" ? value : `bias ${value}`));
    const pin = h("button", { type: "button", class: "link" }, "pin");
    pin.setAttribute("aria-label", `pin ${name}, ${id}, as the baseline`);
    pin.addEventListener("click", () => void this.run(id, load, this.pin));
    const cells = [words.join(", "), dateWords(startedAtMs), durationWords(durationNs), id];
    return h(
      "tr",
      {},
      h("td", {}, box),
      h("th", { scope: "row" }, open),
      ...cells.map((text) => h("td", {}, text)),
      h("td", {}, pin),
    );
  }

  private async run(
    id: string,
    load: () => Promise<RunModel>,
    then: (model: RunModel) => void,
  ): Promise<void> {
    try {
      then(await load());
    } catch (error) {
      setText(this.said, `✗ ${id}: ${(error as Error).message}`);
    }
  }

  private async choose(
    id: string,
    box: HTMLInputElement,
    load: () => Promise<RunModel>,
  ): Promise<void> {
    if (box.checked) await this.run(id, load, (model) => this.chosen.set(id, model));
    else this.chosen.delete(id);
    this.overlay();
  }

  private overlay(): void {
    const models = [...this.chosen.values()];
    this.panel.hidden = models.length < 2;
    if (models.length < 2) return;
    const labels = labelsOf(models);
    const shared = models[0]?.ops.filter(({ latency }) => latency && latency.count > 0) ?? [];
    this.tabs.update(shared.map(({ name }) => name));
    const { chosen } = this.tabs;
    const lines = models.flatMap((model, i) => {
      const latency = model.ops.find(({ name }) => name === chosen)?.latency;
      return latency ? [{ name: labels[i] ?? "", latency }] : [];
    });
    this.spectrum.setResolution(Math.max(...models.map(({ resolutionNs }) => resolutionNs)));
    this.spectrum.show(lines);
    this.numbers.update();
    const unlike = differingEnvironment(models);
    const sentences = [
      ...(unlike.length > 0
        ? [`Unlike environments (${unlike.join(", ")}): compare with care.`]
        : []),
      ...differencesOf(chosen, models, labels),
      "One run each: how far such figures differ by themselves, only repetition shows.",
    ];
    this.words.replaceChildren(...sentences.map((text) => h("li", {}, text)));
    this.beside.replaceChildren(
      tableOf(
        "Side by side",
        ["", ...labels],
        [...differingParameters(models), ...rowsBeside(models)],
      ),
    );
  }
}

const MOST_BYTES = 64 * 2 ** 20;

/** Short names that tell the runs apart. */
function labelsOf(models: readonly RunModel[]): string[] {
  return models.map((model, i) => {
    const scheme = model.parameters.find(({ name }) => name === "scheme")?.value ?? "";
    const label = `${model.info.name} ${scheme}`.trim();
    const isAlone = models.every((other, j) => {
      const theirs = other.parameters.find(({ name }) => name === "scheme")?.value ?? "";
      return i === j || `${other.info.name} ${theirs}`.trim() !== label;
    });
    return isAlone ? label : `${label} (${model.info.id})`;
  });
}

function rowsBeside(models: readonly RunModel[]): string[][] {
  const names = [...new Set(models.flatMap(({ ops }) => ops.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const ops = models.map((model) => model.ops.find((op) => op.name === name));
    return [50, 99, 99.9].map((percent) => [
      `${name} p${percent}`,
      ...ops.map((op) =>
        op?.latency && op.latency.count > 0 ? durationWords(op.latency.percentile(percent)) : "-",
      ),
    ]);
  });
}
