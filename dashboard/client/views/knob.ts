import type { Reply } from "../../../src/stream/request.ts";
import { freshId, h, setText } from "../dom.ts";

/** One knob: a control, a button that turns it, and what came of it. */
export class Knob {
  readonly element: HTMLElement;
  private readonly outcome: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly control: HTMLElement;
  private known = "";

  constructor(
    label: string,
    private readonly input: HTMLInputElement | HTMLSelectElement,
    private readonly turn: (value: string) => Promise<Reply["outcome"]>,
    hint?: string,
  ) {
    const id = freshId("knob");
    input.id = id;
    this.outcome = h("p", { class: "outcome", role: "status" });
    this.button = h("button", { type: "submit" }, "Change");
    this.control = h("div", { class: "control" }, input, this.button);
    const form = h(
      "form",
      { class: "knob" },
      h("label", { for: id }, label),
      this.control,
      hint === undefined ? undefined : h("p", { class: "hint" }, hint),
      this.outcome,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.element = form;
  }

  /** What the run says that the knob is at; what is being edited stays as it is. */
  setTo(value: string): void {
    if (value === this.known) return;
    const isEdited = this.input.value !== this.known && this.known !== "";
    this.known = value;
    if (!isEdited || document.activeElement !== this.input) this.input.value = value;
  }

  private async submit(): Promise<void> {
    this.button.disabled = true;
    setText(this.outcome, "asked…");
    this.outcome.dataset.kind = "";
    const outcome = await this.turn(this.input.value);
    this.button.disabled = false;
    const { kind, words } = outcomeWords(outcome);
    this.outcome.dataset.kind = kind;
    setText(this.outcome, words);
    if (kind === "good") this.known = this.input.value;
  }
}

/** What came of a request, for who made it. */
export function outcomeWords(outcome: Reply["outcome"]): { kind: "good" | "bad"; words: string } {
  switch (outcome.kind) {
    case "changed": {
      const { from, to, pauseMs } = outcome.change;
      const stopped =
        typeof pauseMs === "number" ? `; everybody stopped for ${pauseMs.toFixed(1)} ms` : "";
      return { kind: "good", words: `✓ ${from} → ${to}${stopped}` };
    }
    case "stopping":
      return { kind: "good", words: "✓ the run is ending" };
    case "refused":
    case "error":
      return { kind: "bad", words: `✗ ${outcome.reason}` };
  }
}
