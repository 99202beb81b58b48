import type { Reply } from "../../src/stream/request.ts";
import type { Announce } from "./charts/chart.ts";
import type { ConnectionState } from "./connection.ts";
import { h, setText } from "./dom.ts";
import type { RunModel } from "./run_model.ts";
import { AboutView } from "./views/about.ts";
import { FlowView } from "./views/flow.ts";
import { Header } from "./views/header.ts";
import { HistoryView, type RunSource } from "./views/history.ts";
import { KnobsView, type Turn } from "./views/knobs.ts";
import { LatencyView } from "./views/latency.ts";
import { PinningView } from "./views/pinning.ts";
import type { View } from "./views/view.ts";

/** What the page can do besides showing. */
export interface AppHost {
  readonly source: RunSource | undefined;
  readonly turn: Turn;
  readonly stop: () => Promise<Reply["outcome"]>;
  readonly resultOf: (model: RunModel) => Promise<string | undefined>;
}

/** The whole page: draws what is on the screen when there is something new. */
export class App {
  readonly history: HistoryView;
  private readonly header = new Header();
  private readonly latency: LatencyView;
  private readonly knobs: KnobsView;
  private readonly views: readonly View[];
  private readonly onScreen = new Set<Element>();
  private readonly live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  private readonly empty = h("p", { class: "empty" });
  private model: RunModel | undefined;
  /** What runs, and whether its knobs can be turned from here. */
  private running: { readonly model: RunModel | undefined; readonly mayTurn: boolean } | undefined;
  private isAsked = false;

  constructor(host: AppHost) {
    const announce: Announce = (text) => setText(this.live, text);
    this.latency = new LatencyView(announce);
    this.knobs = new KnobsView(host.turn, host.stop);
    const open = (model: RunModel): void => this.show(model, false);
    const pin = (model: RunModel): void => {
      this.latency.setBaseline({ name: model.info.name, ops: model.ops });
    };
    this.header.onBack = () => {
      if (this.running) this.show(this.running.model, this.running.mayTurn);
    };
    this.history = new HistoryView(announce, host.source, open, pin);
    this.views = [
      this.latency,
      new FlowView(announce),
      new PinningView(),
      this.knobs,
      new AboutView(host.resultOf),
    ];
    const seen = new IntersectionObserver((entries) => this.moved(entries), {
      rootMargin: "200px",
    });
    for (const { element } of this.views) seen.observe(element);
    const [latency, flow, pinning, knobs, about] = this.views.map(({ element }) => element);
    const main = h(
      "main",
      { id: "main" },
      this.empty,
      ...[latency, flow, pinning, knobs, this.history.element, about].filter(
        (one) => one !== undefined,
      ),
    );
    const skip = h("a", { class: "skip", href: "#main" }, "Skip to the charts");
    document.body.append(skip, this.header.element, main, this.live);
    document.addEventListener("keydown", (event) => this.key(event));
    this.show(undefined, false);
  }

  /** Shows a run from now on; `mayTurn`: its knobs can be turned from here. */
  show(model: RunModel | undefined, mayTurn: boolean): void {
    this.model = model;
    for (const { element } of this.views) element.hidden = model === undefined;
    this.empty.hidden = model !== undefined;
    setText(this.empty, "No run is open. Choose one below, or drop a result file on the page.");
    this.knobs.setRole(mayTurn);
    const live = this.running?.model;
    this.header.setAway(live !== undefined && model !== live);
    if (model?.view !== undefined) this.header.setConnection("file", "");
    this.changed();
  }

  /** Shows what runs, and what the page comes back to from any other run. */
  showRunning(model: RunModel | undefined, mayTurn: boolean): void {
    this.running = { model, mayTurn };
    this.show(model, mayTurn);
  }

  setConnection(state: ConnectionState, reason: string): void {
    this.header.setConnection(state, reason);
  }

  /** There is something new: drawn with the screen's next picture. */
  changed(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw();
    });
  }

  private draw(): void {
    const { model } = this;
    this.header.update(model);
    if (model === undefined) return;
    if (model.phase === "done") this.knobs.setRole(false);
    for (const view of this.views) if (this.onScreen.has(view.element)) view.update(model);
  }

  private moved(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.onScreen.add(target);
      else this.onScreen.delete(target);
    }
    this.changed();
  }

  /** 1 to 9 choose an operation, wherever nothing is being typed. */
  private key({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    const isTyped = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (isTyped || ctrlKey || metaKey || altKey || !/^[1-9]$/.test(key)) return;
    this.latency.chooseAt(Number(key) - 1);
  }
}
