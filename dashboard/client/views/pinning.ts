import { shareWords, wholeWords } from "../../../src/results/words.ts";
import { secondWords } from "../charts/heat_cell.ts";
import { h, tableOf } from "../dom.ts";
import type { RunModel } from "../run_model.ts";
import { Facts, section, type View } from "./view.ts";

const VERDICTS = [
  ["told pinned, and it was", "pins.true_positive"],
  ["told pinned, and it was not (false positive)", "pins.false_positive"],
  ["told not pinned, and it was not", "pins.true_negative"],
  ["told not pinned, and it was (false negative)", "pins.false_negative"],
  ["undecided: its pins changed meanwhile", "pins.undecided"],
  ["cannot tell", "pins.unknown"],
] as const;

const LOSSES = [
  ["pins refused", "work.pins_refused"],
  ["references refused at overflow", "nr_gup_page_count_overflows"],
  ["reads late", "read.late"],
  ["writes late", "write.late"],
  ["reads dropped", "read.dropped"],
  ["writes dropped", "write.dropped"],
] as const;

/** What can be told of pins, what was refused, and whether the machine is in order. */
export class PinningView implements View {
  readonly element: HTMLElement;
  private readonly pins = new Facts();
  private readonly losses = new Facts();
  private readonly fallbacks = new Facts();
  private readonly work = new Facts();
  private readonly invariants = h("div", { class: "scroll", tabindex: "0", role: "region" });
  private told = "";

  constructor() {
    this.invariants.setAttribute("aria-label", "Invariants");
    const panel = (title: string, body: HTMLElement, wide = false): HTMLElement =>
      h("div", { class: wide ? "panel wide" : "panel" }, h("h3", {}, title), body);
    this.element = section(
      "pinning",
      "Pinning",
      h(
        "div",
        { class: "grid" },
        panel("The pinned test", this.pins.element),
        panel("Refused, late and dropped", this.losses.element),
        panel("Fallbacks of gup_fast, by cause", this.fallbacks.element),
        panel("What pins cost the file side, pages", this.work.element),
        panel("Invariants", this.invariants, true),
      ),
    );
  }

  update(model: RunModel): void {
    const counts = (rows: readonly (readonly [string, string])[]) =>
      rows.map(([words, name]) => [words, wholeWords(model.counter(name))] as const);
    const { covered } = model;
    const told = covered === undefined ? "no pin yet" : shareWords(covered);
    this.pins.update([["pins that can be told", told], ...counts(VERDICTS)]);
    this.losses.update(counts(LOSSES));
    const named = (prefix: string) =>
      [...namesOf(model)]
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length).replaceAll("_", " "), name] as const)
        .filter(([, name]) => model.counter(name) > 0);
    const some = (rows: readonly (readonly [string, string])[]) =>
      rows.length === 0 ? [["none", ""] as const] : counts(rows);
    this.fallbacks.update(some(named("fallback.")));
    this.work.update(some(named("work.")));
    this.updateInvariants(model);
  }

  private updateInvariants(model: RunModel): void {
    const rows = invariantRows(model);
    const told = JSON.stringify(rows);
    if (told === this.told) return;
    this.told = told;
    const columns = ["invariant", "promised", "state", "times", "first seen"];
    this.invariants.replaceChildren(tableOf("Invariants", columns, rows));
  }
}

function namesOf(model: RunModel): Iterable<string> {
  return model.view?.counters.keys() ?? model.info.counters;
}

/** Every promised or broken invariant, its state in a word, and what was seen first. */
function invariantRows(model: RunModel): string[][] {
  const broken = new Map<string, { words: string; expected: boolean; at: string }>();
  for (const event of model.events) {
    if (event.kind !== "violation") continue;
    const { name, words, expected, atUs } = event;
    const known = broken.get(name);
    // A broken promise outweighs what was to be expected.
    if (known === undefined || known.expected) {
      broken.set(name, { words, expected, at: secondWords(atUs) });
    }
  }
  for (const { name, first, expected } of model.view?.violated ?? []) {
    broken.set(name, { words: first, expected, at: broken.get(name)?.at ?? "" });
  }
  const names = [...new Set([...model.promised, ...broken.keys()])];
  return names.map((name) => {
    const found = broken.get(name);
    const promised = model.promised.includes(name) ? "yes" : "no";
    const isDecided = model.info.checked.includes(name);
    if (found === undefined && !isDecided) return [name, promised, "– not decided here", "", ""];
    if (found === undefined) return [name, promised, "✓ holds", "0", ""];
    const times = wholeWords(model.counter(`broken.${name}`));
    const asExpected =
      promised === "yes" ? "○ broken before it was promised" : "○ broken, as expected";
    const state = found.expected ? asExpected : "✗ VIOLATED";
    const seen = found.at === "" ? found.words : `at ${found.at}: ${found.words}`;
    return [name, promised, state, times, seen];
  });
}
