import type { ChartTable } from "../charts/chart.ts";
import { freshId, h, tableOf } from "../dom.ts";
import type { RunModel } from "../run_model.ts";

/** A section of the page: what it shows follows from the run alone. */
export interface View {
  readonly element: HTMLElement;
  /** Called while it is on the screen, as often as the screen is drawn. */
  update(model: RunModel): void;
}

/** A section with a heading that the navigation finds. */
export function section(id: string, title: string, ...children: HTMLElement[]): HTMLElement {
  const heading = h("h2", { id: `${id}-title` }, title);
  return h("section", { id, "aria-labelledby": `${id}-title` }, heading, ...children);
}

/** Numbers behind a chart, made when they are opened. */
export class Numbers {
  readonly element: HTMLDetailsElement;
  private readonly place = h("div", { class: "scroll", tabindex: "0" });

  constructor(
    private readonly caption: string,
    private readonly table: () => ChartTable,
  ) {
    this.place.setAttribute("role", "region");
    this.place.setAttribute("aria-label", `${caption}, in numbers`);
    this.element = h("details", {}, h("summary", {}, "Numbers"), this.place);
    this.element.addEventListener("toggle", () => this.update());
  }

  /** Renews what is open. */
  update(): void {
    if (!this.element.open) return;
    const { columns, rows } = this.table();
    this.place.replaceChildren(tableOf(this.caption, columns, rows));
  }
}

/** A list of names and values, kept up to date in place. */
export class Facts {
  readonly element = h("dl", { class: "facts" });
  private readonly values = new Map<string, HTMLElement>();

  update(facts: readonly (readonly [string, string])[]): void {
    if (facts.length !== this.values.size || facts.some(([name]) => !this.values.has(name))) {
      this.values.clear();
      this.element.replaceChildren();
      for (const [name] of facts) {
        const value = h("dd");
        this.values.set(name, value);
        this.element.append(h("div", {}, h("dt", {}, name), value));
      }
    }
    for (const [name, text] of facts) {
      const value = this.values.get(name);
      if (value && value.textContent !== text) value.textContent = text;
    }
  }
}

/** One of several, chosen by keys and pointer as tabs are. */
export class Tabs {
  readonly element = h("div", { class: "tabs", role: "tablist" });
  private names: readonly string[] = [];
  chosen = "";

  constructor(
    label: string,
    private readonly onChoice: () => void,
  ) {
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  update(names: readonly string[]): void {
    if (names.join("\n") === this.names.join("\n")) return;
    this.names = names;
    if (!names.includes(this.chosen)) this.chosen = names[0] ?? "";
    this.render();
  }

  choose(name: string | undefined): void {
    if (name === undefined || name === this.chosen) return;
    this.chosen = name;
    this.render();
    this.onChoice();
  }

  private render(): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(
      ...this.names.map((name) => {
        const selected = name === this.chosen;
        return h(
          "button",
          {
            type: "button",
            role: "tab",
            id: freshId("tab"),
            "aria-selected": String(selected),
            tabindex: selected ? "0" : "-1",
            click: () => this.choose(name),
          },
          name,
        );
      }),
    );
    if (hadFocus) this.element.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  private key({ key }: KeyboardEvent): void {
    const at = this.names.indexOf(this.chosen);
    const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    if (step !== 0) this.choose(this.names[(at + step + this.names.length) % this.names.length]);
  }
}
