/** The one place of the page that reads clocks. */

/** Monotonic, ms. */
export function nowMs(): number {
  return performance.now();
}

/** A day and a time as its reader writes them. */
export function dateWords(epochMs: number): string {
  return new Date(epochMs).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}
