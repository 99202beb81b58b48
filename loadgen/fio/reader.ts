/** What a value is read against. */
export interface ValueContext {
  /** What `k` means: 1024, or 1000 with `kb_base=1000`. */
  readonly kbBase: 1000 | 1024;
  /** A `$keyword` was replaced in the value, so it may hold bare arithmetic. */
  readonly computed: boolean;
  /** Tells the reader of the result something about this value. */
  readonly note: (text: string) => void;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** Reads the text behind `=` into a value; one per kind of value. */
export interface Reader<T> {
  /** What it takes, for messages and for the help. */
  readonly accepts: string;
  /** The value of an option that stands alone; undefined: it may not. */
  readonly alone?: T;
  /** Whether a blank may stand behind `=`; fio then drops the unit of a number. */
  readonly blank: "any" | "digits";
  parse(text: string, context: ValueContext): Parsed<T>;
}

export const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const bad = (why: string): { readonly ok: false; readonly why: string } => ({
  ok: false,
  why,
});

/** Splits at the marks that stand outside parentheses. */
export function splitOutside(text: string, marks: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (depth <= 0 && marks.includes(char)) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}
