import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";

/** More than this many are counted, not told. */
const TOLD = 50;

/** Collects what is wrong with the input, each thing once, and throws it all at once. */
export class Problems {
  readonly #told: Problem[] = [];
  readonly #seen = new Set<string>();
  #untold = 0;

  /** `accepted` may be a function, so that a costly hint is made only if it will be told. */
  add(where: string, found: string, accepted: string | (() => string)): void {
    if (this.#told.length >= TOLD) {
      this.#untold++;
      return;
    }
    const key = `${where}\n${found}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const hint = typeof accepted === "string" ? accepted : accepted();
    this.#told.push({ where, found, accepted: hint });
  }

  /** Tells them in the order of their lines, those of included files last. */
  sortByLine(label: string): void {
    const lineOf = ({ where }: Problem): number =>
      where.startsWith(`${label}:`) ? Number.parseInt(where.slice(label.length + 1), 10) : Infinity;
    this.#told.sort((a, b) => lineOf(a) - lineOf(b) || 0);
  }

  get any(): boolean {
    return this.#told.length > 0;
  }

  /** @throws ConfigurationError with every problem added so far */
  throwIfAny(source: string): void {
    if (!this.any) return;
    const rest: Problem[] = [];
    if (this.#untold > 0) {
      const found = `${this.#untold} more problems`;
      rest.push({ where: source, found, accepted: "mend the ones above first" });
    }
    throw new ConfigurationError([...this.#told, ...rest]);
  }
}
