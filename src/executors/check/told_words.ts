/** What a word of the machine tells somebody who reads a counterexample. */
export type Telling =
  | "flags"
  | "refcount"
  | "mapcount"
  | "number"
  | "mapping"
  | "entry"
  | "slot"
  | "content"
  | "interrupts"
  | "lock";

/** By their names (word_name.ts). Spin locks and lists come and go, and tell no story. */
const TELLINGS: readonly (readonly [RegExp, Telling])[] = [
  [/^page \d+ flags$/, "flags"],
  [/^page \d+ refcount$/, "refcount"],
  [/^page \d+ _mapcount$/, "mapcount"],
  [/^page \d+ pin count$/, "number"],
  [/^page \d+ mapping$/, "mapping"],
  [/^page table \d+ entry \d+$/, "entry"],
  [/^page cache slot \d+$/, "slot"],
  [/^page \d+ content$|^disk page \d+$/, "content"],
  [/ interrupts off$/, "interrupts"],
  [/^mmap_lock$|^file invalidate lock$/, "lock"],
];

/** Undefined: nothing that a reader asks for. */
export function tellingOf(name: string): Telling | undefined {
  return TELLINGS.find(([pattern]) => pattern.test(name))?.[1];
}

/** The page frame that a word of that name belongs to. */
export function pfnOf(name: string): number | undefined {
  const found = /^page (\d+) /.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}
