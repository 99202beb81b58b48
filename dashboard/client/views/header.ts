import { wholeWords } from "../../../src/results/words.ts";
import { secondWords } from "../charts/heat_cell.ts";
import type { ConnectionState } from "../connection.ts";
import { h, setText } from "../dom.ts";
import type { RunModel } from "../run_model.ts";
import { toggleTheme } from "../theme.ts";

const SECTIONS = [
  ["latency", "Latency"],
  ["flow", "Throughput"],
  ["pinning", "Pinning"],
  ["knobs", "Knobs"],
  ["history", "History"],
  ["about", "Environment"],
] as const;

const CONNECTED: Readonly<Record<ConnectionState | "file", string>> = {
  connecting: "◌ connecting",
  live: "● live",
  reconnecting: "◌ reconnecting",
  ended: "■ ended",
  refused: "✗ refused",
  file: "■ finished run",
};

const PHASES: Readonly<Record<string, string>> = {
  setup: "set-up",
  warmup: "warm-up",
  measure: "measuring",
  paused: "paused",
  drain: "draining",
  done: "finished",
};

/** Who runs, how far it is, and whether the page still hears of it. */
export class Header {
  readonly element: HTMLElement;
  private readonly name = h("h1", {}, "pinlab");
  private readonly scheme = h("span", { class: "chip" });
  private readonly phase = h("span", { class: "phase" });
  private readonly bar = h("progress", { max: "1", value: "0" });
  private readonly connection = h("span", { class: "connection", role: "status" });
  onBack: (() => void) | undefined;
  private readonly back = h("button", { type: "button", hidden: true }, "Back to the run");
  private readonly broken = h("a", { class: "badge", href: "#pinning", hidden: true });
  private readonly reason = h("p", { class: "reason", role: "alert", hidden: true });

  constructor() {
    this.bar.setAttribute("aria-label", "How far the run is");
    const theme = h("button", { type: "button", class: "theme" }, "◐");
    theme.setAttribute("aria-label", "Light or dark");
    theme.addEventListener("click", toggleTheme);
    this.back.addEventListener("click", () => this.onBack?.());
    const links = SECTIONS.map(([id, text]) => h("a", { href: `#${id}` }, text));
    this.element = h(
      "header",
      { class: "top" },
      h("div", { class: "line" }, h("span", { class: "brand" }, "pinlab"), this.name, this.scheme),
      h(
        "div",
        { class: "line right" },
        this.back,
        this.broken,
        this.phase,
        this.bar,
        this.connection,
        theme,
      ),
      h("nav", { "aria-label": "Sections" }, ...links),
      this.reason,
    );
  }

  update(model: RunModel | undefined): void {
    if (model === undefined) return;
    setText(this.name, model.info.name);
    document.title = `${model.info.name} · pinlab`;
    const of = (name: string): string | undefined =>
      model.parameters.find((one) => one.name === name)?.value;
    const bias = of("bias");
    setText(this.scheme, `${of("scheme") ?? ""}${bias === undefined ? "" : ` · bias ${bias}`}`);
    this.updatePhase(model);
    const names = model.events.filter((event) => event.kind === "violation" && !event.expected);
    const kept = model.view?.violated.filter(({ expected }) => !expected) ?? [];
    const count = Math.max(names.length, kept.length);
    this.broken.hidden = count === 0;
    setText(this.broken, `✗ ${wholeWords(count)} broken ${count === 1 ? "promise" : "promises"}`);
  }

  /** Another run than the one that this page watches is on it. */
  setAway(isAway: boolean): void {
    this.back.hidden = !isAway;
  }

  setConnection(state: ConnectionState | "file", reason: string): void {
    setText(this.connection, CONNECTED[state]);
    this.connection.dataset.state = state;
    this.reason.hidden = reason === "";
    setText(this.reason, reason);
  }

  private updatePhase(model: RunModel): void {
    const { phase, state, endUs, phaseBeganUs, groupMeasuredUs, group, info } = model;
    const part = info.groups > 1 ? `, group ${group + 1} of ${info.groups}` : "";
    const limitMs = state?.limitMs;
    const elapsedMs = (phase === "measure" ? groupMeasuredUs : endUs - phaseBeganUs) / 1e3;
    const isTimed = phase === "measure" || phase === "warmup";
    const words = PHASES[phase] ?? phase;
    const of = isTimed && limitMs ? ` of ${secondWords(limitMs * 1e3)}` : "";
    const length =
      phase === "done" ? (model.view?.durationNs ?? model.measuredUs * 1e3) : undefined;
    const at = length === undefined ? secondWords(elapsedMs * 1e3) : secondWords(length / 1e3);
    setText(this.phase, `${words} ${at}${of}${part}`);
    this.bar.hidden = !(isTimed && limitMs);
    if (limitMs) this.bar.value = Math.min(1, elapsedMs / limitMs);
  }
}
