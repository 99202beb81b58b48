import { bad, good, type Parsed } from "./reader.ts";

/** A value for reads and one for writes; fio's third, for trims, is read and dropped. */
export interface PerDirection<T> {
  readonly read: T;
  readonly write: T;
}

/** What a value gives to each direction; undefined: the direction keeps what was set before. */
export type Given<T> = PerDirection<T | undefined>;

/**
 * Gives reads, writes and trims their parts, as fio does with whatever commas may part: one part
 * alone counts for all, an empty one (`8k,`, `,8k`) leaves its direction as it was.
 */
export function perDirection<T>(
  texts: readonly string[],
  parse: (text: string) => Parsed<T>,
): Parsed<Given<T>> {
  if (texts.length > 3) return bad("more than read,write,trim");
  if (texts.every((text) => text === "")) return bad("no value");
  const values: (T | undefined)[] = [];
  for (const text of texts) {
    const part = text === "" ? good(undefined) : parse(text);
    if (!part.ok) return part;
    values.push(part.value);
  }
  const [read, write] = values;
  return good({ read, write: values.length === 1 ? read : write });
}

/** What is set now that a value was read. */
export function merged<T>(before: PerDirection<T>, { read, write }: Given<T>): PerDirection<T> {
  return { read: read ?? before.read, write: write ?? before.write };
}
