/**
 * fio's arithmetic: `+ - * / % ^`, parentheses and unit suffixes, as in `bs=(4*1k)`.
 * `%` binds tightest, then `^` (to the right), then `* /`, then `+ -`.
 * In a size `m` is mebi and `kib` is 1000 (fio's swapped units); in a time `m` is minutes and
 * values are microseconds.
 */
export type Evaluated =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly why: string };

const KIBI = 1024;
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["k", KIBI],
  ["kb", KIBI],
  ["m", KIBI ** 2],
  ["mb", KIBI ** 2],
  ["g", KIBI ** 3],
  ["gb", KIBI ** 3],
  ["t", KIBI ** 4],
  ["tb", KIBI ** 4],
  ["p", KIBI ** 5],
  ["pb", KIBI ** 5],
  ["kib", 1e3],
  ["mib", 1e6],
  ["gib", 1e9],
  ["tib", 1e12],
  ["pib", 1e15],
]);
const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ["us", 1],
  ["ms", 1e3],
  ["s", 1e6],
  ["m", 60e6],
  ["h", 3600e6],
  ["d", 86400e6],
]);
const DEEPEST = 64;

class Fault extends Error {}

class Evaluator {
  readonly #tokens: string[];
  readonly #units: ReadonlyMap<string, number>;
  #next = 0;
  #depth = 0;
  unitSeen = false;

  constructor(text: string, time: boolean) {
    this.#tokens = text.match(/0x[0-9a-f]+|\d*\.\d+|\d+|[a-z]+|\S/gi) ?? [];
    this.#units = time ? TIME_UNITS : SIZE_UNITS;
  }

  whole(): number {
    const value = this.#sum();
    if (this.#next < this.#tokens.length) throw new Fault(`"${this.#tokens[this.#next]}" is left`);
    return value;
  }

  #take(...wanted: string[]): string | undefined {
    const token = this.#tokens[this.#next];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.#next++;
    return token;
  }

  #sum(): number {
    if (++this.#depth > DEEPEST) throw new Fault(`more than ${DEEPEST} parentheses`);
    let value = this.#product();
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) {
      value += sign === "+" ? this.#product() : -this.#product();
    }
    this.#depth--;
    return value;
  }

  #product(): number {
    let value = this.#power();
    for (let sign = this.#take("*", "/"); sign; sign = this.#take("*", "/")) {
      const other = this.#power();
      if (sign === "/" && other === 0) throw new Fault("a division by zero");
      value = sign === "*" ? value * other : quotient(value, other);
    }
    return value;
  }

  #power(): number {
    const base = this.#modulo();
    if (!this.#take("^")) return base;
    if (++this.#depth > DEEPEST) throw new Fault(`more than ${DEEPEST} powers`);
    const value = base ** this.#power();
    this.#depth--;
    return value;
  }

  #modulo(): number {
    let value = this.#unary();
    while (this.#take("%")) {
      const other = this.#unary();
      if (other === 0) throw new Fault("a division by zero");
      value %= other;
    }
    return value;
  }

  #unary(): number {
    let sign = 1;
    while (this.#take("-")) sign = -sign;
    return sign * this.#suffixed();
  }

  #suffixed(): number {
    let value = this.#primary();
    for (;;) {
      const unit = this.#units.get((this.#tokens[this.#next] ?? "").toLowerCase());
      if (unit === undefined) return value;
      this.#next++;
      this.unitSeen = true;
      value *= unit;
    }
  }

  #primary(): number {
    if (this.#take("(")) {
      const value = this.#sum();
      if (!this.#take(")")) throw new Fault('")" is missing');
      return value;
    }
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw new Fault("a number is missing at the end");
    if (!/^(0x[0-9a-f]+|\d*\.\d+|\d+)$/i.test(token)) throw new Fault(`"${token}" is no number`);
    return Number(token);
  }
}

/** Whole numbers divide as in C; fractions divide as fractions. */
function quotient(a: number, b: number): number {
  return Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b;
}

/**
 * Evaluates a size (bytes) or, with `time`, a duration (microseconds; a bare number stands for so
 * many of them: seconds, unless told otherwise).
 */
export function evaluate(text: string, time = false, bareUs = 1e6): Evaluated {
  const evaluator = new Evaluator(text, time);
  try {
    const value = evaluator.whole();
    if (!Number.isFinite(value)) return { ok: false, why: "it has no finite value" };
    return { ok: true, value: time && !evaluator.unitSeen ? value * bareUs : value };
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, why: fault.message };
    throw fault;
  }
}
