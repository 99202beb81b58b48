import type { Change, Reply } from "../../../src/stream/request.ts";
import type { RunState } from "../../../src/stream/state.ts";
import { secondWords } from "../charts/heat_cell.ts";
import { h, setText, tableOf } from "../dom.ts";
import type { RunModel } from "../run_model.ts";
import { Knob, outcomeWords } from "./knob.ts";
import { Facts, section, type View } from "./view.ts";

export type Turn = (change: Change) => Promise<Reply["outcome"]>;

const COUNTS = ["refcount", "lru-count", "bias", "mapcount", "hybrid", "exact", "exact-side"];
const SYNCS = ["", "+lock", "+lock-post", "+barrier"];
const SCHEMES = COUNTS.flatMap((count) =>
  count === "lru-count" ? [count] : SYNCS.map((sync) => count + sync),
);
const POLICIES = ["skip", "bounce", "wait", "ignore"];
const PAIRS = POLICIES.flatMap((one) =>
  POLICIES.map((two) => (one === two ? one : `${one}/${two}`)),
);

/** Turns the run's knobs, or says how they stand to who may only look. */
export class KnobsView implements View {
  readonly element: HTMLElement;
  private readonly form = h("div", { class: "knobs" });
  private readonly facts = new Facts();
  private readonly log = h("div", { class: "scroll", tabindex: "0", role: "region" });
  private readonly sayWhy = h("p", { class: "hint" });
  private knobs = new Map<string, Knob>();
  private readonly pause = h("button", { type: "button" }, "Pause");
  private readonly outcome = h("p", { class: "outcome", role: "status" });
  private shape = "";
  private logged = "";

  constructor(
    private readonly turn: Turn,
    private readonly stop: () => Promise<Reply["outcome"]>,
  ) {
    this.log.setAttribute("aria-label", "Changes");
    this.pause.addEventListener("click", () => void this.togglePause());
    this.element = section(
      "knobs",
      "Knobs",
      h(
        "div",
        { class: "grid" },
        h("div", { class: "panel wide" }, this.sayWhy, this.form, this.facts.element),
        h("div", { class: "panel wide" }, h("h3", {}, "Changes"), this.log),
      ),
    );
  }

  /** `mayTurn`: this viewer, now. */
  setRole(mayTurn: boolean): void {
    this.form.hidden = !mayTurn;
    this.facts.element.hidden = mayTurn;
    setText(
      this.sayWhy,
      mayTurn
        ? "Bias, scheme, policy and queue depth change while everybody holds still: pins go " +
            "back, the machine is checked, the parameter changes, everybody goes on."
        : "Nobody turns knobs here: the run has ended, or this address may only look.",
    );
  }

  update(model: RunModel): void {
    const { state } = model;
    if (state !== undefined) {
      this.shapeFor(model, state);
      this.show(state);
    }
    this.facts.update(model.parameters.map(({ name, value }) => [name, value]));
    this.updateLog(model);
  }

  private show(state: RunState): void {
    const of = (name: string): string =>
      state.machine.find((one) => one.name === name)?.value ?? "";
    this.knobs.get("scheme")?.setTo(of("scheme"));
    this.knobs.get("bias")?.setTo(of("bias") || "1024");
    this.knobs.get("on-pinned")?.setTo(of("on-pinned"));
    this.knobs.get("sample")?.setTo(String(state.sample));
    this.knobs.get("rate")?.setTo(String(state.ratePercent));
    for (const { job, iodepth } of state.iodepths) {
      this.knobs.get(`iodepth ${job}`)?.setTo(String(iodepth));
    }
    for (const box of this.form.querySelectorAll<HTMLInputElement>("[data-actor]")) {
      const actor = state.actors.find(({ name }) => name === box.dataset.actor);
      if (actor && document.activeElement !== box) box.checked = actor.on;
    }
    setText(this.pause, state.paused ? "Go on" : "Pause");
    this.pause.dataset.paused = String(state.paused);
  }

  /** Which knobs there are follows from jobs and actors. */
  private shapeFor({ info, group }: RunModel, state: RunState): void {
    const paced = info.jobs.some((job) => job.group === group && job.rates.length > 0);
    const names = state.actors.map(({ name }) => name);
    const depths = state.iodepths.map(({ job, most }) => `${job} ${most}`);
    const shape = JSON.stringify([info.id, paced, names, depths]);
    if (shape === this.shape) return;
    this.shape = shape;
    this.knobs = new Map();
    const number = (low: number, high: number) =>
      h("input", { type: "number", min: String(low), max: String(high), step: "1" });
    this.add("scheme", "Scheme", chooser(SCHEMES), (value) => ({ knob: "scheme", value }));
    this.add("bias", "Pin bias", number(2, 1048576), (text) => ({ knob: "bias", value: +text }));
    this.add("on-pinned", "On pinned pages (background/fsync)", chooser(PAIRS), (value) => ({
      knob: "on-pinned",
      value,
    }));
    this.add("sample", "Time one operation in", number(0, 1e9), (text) => ({
      knob: "sample",
      value: +text,
    }));
    if (paced) {
      this.add("rate", "Arrival rate, % of the jobs' own", number(1, 10_000), (text) => ({
        knob: "rate",
        value: +text,
      }));
    }
    for (const { job, most } of state.iodepths) {
      const label = `Queue depth of ${job} (1 to ${most})`;
      this.add(`iodepth ${job}`, label, number(1, most), (text) => ({
        ...{ knob: "iodepth", job, value: +text },
      }));
    }
    this.form.replaceChildren(
      ...[...this.knobs.values()].map(({ element }) => element),
      this.actorList(names),
      h("div", { class: "knob actions" }, this.pause, this.stopButton(), this.outcome),
    );
  }

  private add(
    key: string,
    label: string,
    input: HTMLInputElement | HTMLSelectElement,
    changeOf: (value: string) => Change,
  ): void {
    this.knobs.set(key, new Knob(label, input, (value) => this.turn(changeOf(value))));
  }

  private actorList(names: readonly string[]): HTMLElement {
    const boxes = names.map((name) => {
      const box = h("input", { type: "checkbox", checked: true });
      box.dataset.actor = name;
      box.addEventListener("change", async () => {
        this.tell(await this.turn({ knob: "actor", actor: name, value: box.checked }));
      });
      return h("label", { class: "actor" }, box, name);
    });
    return h("fieldset", { class: "knob actors" }, h("legend", {}, "Actors at work"), ...boxes);
  }

  private async togglePause(): Promise<void> {
    const paused = this.pause.dataset.paused === "true";
    this.tell(await this.turn({ knob: "pause", value: !paused }));
  }

  /** Asks once more, in its place. */
  private stopButton(): HTMLElement {
    const button = h("button", { type: "button", class: "danger" }, "Stop the run");
    let timer: ReturnType<typeof setTimeout> | undefined;
    button.addEventListener("click", async () => {
      clearTimeout(timer);
      if (button.dataset.sure === "true") {
        this.tell(await this.stop());
        return;
      }
      button.dataset.sure = "true";
      setText(button, "Really stop? Press again");
      timer = setTimeout(() => {
        button.dataset.sure = "";
        setText(button, "Stop the run");
      }, 4000);
    });
    return button;
  }

  private tell(outcome: Reply["outcome"]): void {
    const { kind, words } = outcomeWords(outcome);
    this.outcome.dataset.kind = kind;
    setText(this.outcome, words);
  }

  private updateLog(model: RunModel): void {
    const key = `${model.info.id} ${model.events.length}`;
    if (key === this.logged) return;
    this.logged = key;
    const rows = model.changes.map(({ group, atMs, knob, of, from, to, pauseMs }) => {
      const stopped = typeof pauseMs === "number" ? `${pauseMs.toFixed(1)} ms` : "-";
      const part = model.info.groups > 1 ? ` of group ${group + 1}` : "";
      const at = `${secondWords(Math.round(atMs / 100) * 1e5)}${part}`;
      return [at, of ? `${knob} of ${of}` : knob, from, to, stopped];
    });
    const columns = ["measured", "knob", "from", "to", "everybody stopped for"];
    this.log.replaceChildren(
      rows.length === 0
        ? h("p", { class: "hint" }, "No knob was turned.")
        : tableOf("Changes", columns, rows),
    );
  }
}

function chooser(values: readonly string[]): HTMLSelectElement {
  return h("select", {}, ...values.map((value) => h("option", { value }, value)));
}
