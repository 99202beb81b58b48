import type { Chart, ChartTable } from "./charts/chart.ts";
import { h } from "./dom.ts";

/** Files that the page gives to its reader. */

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function saveText(name: string, text: string, type: string): void {
  saveBlob(name, new Blob([text], { type }));
}

/** RFC 4180. */
export function csvOf({ columns, rows }: ChartTable): string {
  const cell = (text: string): string =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Buttons that save a chart as a picture and its numbers as a table. */
export function saveButtons(
  name: () => string,
  chart: Chart & { fullTable?: () => ChartTable },
): HTMLElement {
  const png = (): void => {
    void chart.toPng().then((blob) => saveBlob(`${name()}.png`, blob));
  };
  const csv = (): void => {
    saveText(`${name()}.csv`, csvOf(chart.fullTable?.() ?? chart.table()), "text/csv");
  };
  return h(
    "div",
    { class: "save" },
    h("button", { type: "button", click: png }, "PNG"),
    h("button", { type: "button", click: csv }, "CSV"),
  );
}
