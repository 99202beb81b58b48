import { durationWords, shareWords, wholeWords } from "../../../src/results/words.ts";
import { h, setText, tableOf } from "../dom.ts";
import { intervalLog } from "../interval_log.ts";
import type { RunModel } from "../run_model.ts";
import { saveText } from "../save.ts";
import { Facts, section, type View } from "./view.ts";

/** Thresholds, where the run ran, what watching costs, and how to repeat it. */
export class AboutView implements View {
  readonly element: HTMLElement;
  private readonly thresholds = h("div", { class: "scroll", tabindex: "0", role: "region" });
  private readonly environment = new Facts();
  private readonly cost = new Facts();
  private readonly command = h("code", { tabindex: "0" });
  private readonly notes = h("ul");
  private readonly json = h("button", { type: "button" }, "Result (json+)");
  private model: RunModel | undefined;
  private told = "";

  constructor(private readonly resultOf: (model: RunModel) => Promise<string | undefined>) {
    this.thresholds.setAttribute("aria-label", "Thresholds");
    const copy = h("button", { type: "button" }, "Copy");
    copy.addEventListener("click", () => {
      void navigator.clipboard.writeText(this.command.textContent ?? "");
      setText(copy, "Copied");
      setTimeout(() => setText(copy, "Copy"), 2000);
    });
    const log = h("button", { type: "button" }, "Interval log (.hlog)");
    log.addEventListener("click", () => void this.saveLog());
    this.json.addEventListener("click", () => void this.saveResult());
    const panel = (title: string, ...body: HTMLElement[]): HTMLElement =>
      h("div", { class: "panel" }, h("h3", {}, title), ...body);
    const repeat = h("div", { class: "command" }, this.command, copy);
    const files = h("div", { class: "save" }, this.json, log);
    this.element = section(
      "about",
      "Thresholds and environment",
      h(
        "div",
        { class: "grid" },
        panel("Thresholds", this.thresholds),
        panel("What measuring costs", this.cost.element),
        panel("Repeat it", repeat, h("h3", {}, "Take it with you"), files, this.notes),
        panel("Environment", this.environment.element),
      ),
    );
  }

  update(model: RunModel): void {
    this.model = model;
    this.environment.update(model.info.environment.map(({ name, value }) => [name, value]));
    this.cost.update(costOf(model));
    setText(this.command, model.info.command || "the run was not started from a command line");
    this.json.disabled = model.view === undefined && model.phase !== "done";
    const thresholds = model.view?.thresholds ?? model.state?.thresholds ?? [];
    const told = JSON.stringify([thresholds, model.view?.notes]);
    if (told === this.told) return;
    this.told = told;
    const rows = thresholds.map(({ text, value, ok }) => [
      text,
      value ?? "nothing measured yet",
      ok ? "✓ holds" : value === undefined ? "…" : "✗ FAILS",
    ]);
    this.thresholds.replaceChildren(
      rows.length === 0
        ? h("p", { class: "hint" }, "None was asked for (--threshold).")
        : tableOf("Thresholds", ["threshold", "found", "state"], rows),
    );
    this.notes.replaceChildren(...(model.view?.notes ?? []).map((text) => h("li", {}, text)));
  }

  private async saveLog(): Promise<void> {
    if (this.model === undefined) return;
    saveText(`${this.model.info.name}.hlog`, await intervalLog(this.model), "text/plain");
  }

  private async saveResult(): Promise<void> {
    if (this.model === undefined) return;
    const text = await this.resultOf(this.model);
    if (text !== undefined) saveText(`${this.model.info.name}.json`, text, "application/json");
  }
}

function costOf(model: RunModel): (readonly [string, string])[] {
  const { clockReadNs, clockGrainNs } = model.info;
  const watchedUs = Math.max(1, model.endUs);
  const samplingUs = model.counter("watch.sampling_us");
  const below = model.ops
    .filter(({ belowResolution }) => belowResolution > 0)
    .map(({ name, belowResolution }) => `${name} ${shareWords(belowResolution)}`);
  return [
    ["clock read", durationWords(clockReadNs)],
    ["clock grain", durationWords(clockGrainNs)],
    ["below the clock's resolution", below.join(", ") || "nothing"],
    ...(model.view === undefined
      ? []
      : [
          [
            "taking the samples",
            `${shareWords(model.view.samplingShare)} of the actors' time`,
          ] as const,
        ]),
    ...(model.timeline.seq < 0
      ? []
      : [
          ["looking at the machine", `${shareWords(samplingUs / watchedUs)} of one CPU`] as const,
          ["looks so far", wholeWords(model.timeline.seq + 1)] as const,
        ]),
  ];
}
