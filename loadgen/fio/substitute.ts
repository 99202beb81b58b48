import type { Line } from "./sections.ts";

/** What a job file may ask of its surroundings. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cpus: number;
  readonly memoryMb: number;
}

/** An option line after `${ENV}` and `$keyword` were replaced. */
export interface Entry {
  readonly key: string;
  /** Undefined when the option stands alone; blanks behind `=` are kept. */
  readonly value: string | undefined;
  readonly where: string;
  /** A keyword was replaced: the value may hold bare arithmetic. */
  readonly computed: boolean;
  /** Names in `${}` that are not set; fio puts nothing in their place. */
  readonly unset: readonly string[];
}

const PAGE_BYTES = 4096;

/** Replaces each `${NAME}`; names that are not set go to `unset`. */
function withEnvironment(line: string, env: Surroundings["env"], unset: string[]): string {
  let text = "";
  let from = 0;
  for (;;) {
    const start = line.indexOf("${", from);
    const end = start < 0 ? -1 : line.indexOf("}", start);
    if (end < 0) return text + line.slice(from);
    const name = line.slice(start + 2, end);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) unset.push(name);
    text += line.slice(from, start) + (value ?? "");
    from = end + 1;
  }
}

export function substitute(line: Line, surroundings: Surroundings): Entry {
  const unset: string[] = [];
  const text = withEnvironment(line.text, surroundings.env, unset);
  const keywords: Record<string, number> = {
    $pagesize: PAGE_BYTES,
    $mb_memory: surroundings.memoryMb,
    $ncpus: surroundings.cpus,
  };
  const replaced = text.replace(/\$(pagesize|mb_memory|ncpus)/g, (key) => `${keywords[key]}`);
  const equals = replaced.indexOf("=");
  return {
    key: (equals < 0 ? replaced : replaced.slice(0, equals)).trim(),
    value: equals < 0 ? undefined : replaced.slice(equals + 1).trimEnd(),
    where: line.where,
    computed: replaced !== text,
    unset,
  };
}
