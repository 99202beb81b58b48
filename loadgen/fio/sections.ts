import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Problems } from "./problems.ts";
import { readText, sourceName } from "./read_text.ts";
import { shown } from "./shown.ts";

/** One line of a section: `key`, `key=value` or `key = value`, before substitution. */
export interface Line {
  readonly text: string;
  readonly where: string;
}

export interface Section {
  readonly name: string;
  readonly global: boolean;
  readonly where: string;
  readonly lines: readonly Line[];
}

export interface SectionLimits {
  /** Of all text read, the included files too. */
  readonly bytes: number;
  readonly includeDepth: number;
  readonly lineBytes: number;
}

/** fio keeps 4 KiB of a line; what is longer would be cut. */
export const SECTION_LIMITS: SectionLimits = Object.freeze({
  bytes: 1 << 20,
  includeDepth: 16,
  lineBytes: 4095,
});

/** A trailing `;` or `#` starts a comment wherever it stands, inside a value too. */
function withoutComment(line: string): string {
  const end = line.search(/[;#]/);
  const kept = [...(end < 0 ? line : line.slice(0, end))];
  const isBlank = (char: string | undefined): boolean => /^[\s\p{Cc}]$/u.test(char ?? "x");
  let first = 0;
  let last = kept.length;
  while (isBlank(kept[first])) first++;
  while (last > first && isBlank(kept[last - 1])) last--;
  return kept.slice(first, last).join("");
}

class SectionReader {
  readonly sections: Section[] = [];
  readonly #problems: Problems;
  readonly #limits: SectionLimits;
  #bytesLeft: number;
  #lines: Line[] | undefined;
  #complained = false;

  constructor(problems: Problems, limits: SectionLimits) {
    this.#problems = problems;
    this.#limits = limits;
    this.#bytesLeft = limits.bytes;
  }

  /** `trail` holds the files that led here, the innermost last. */
  read(source: string, text: string, trail: readonly string[], placeOf = placeIn(source)): void {
    this.#bytesLeft -= text.length;
    let number = 0;
    for (const raw of text.split("\n")) {
      const where = placeOf(++number);
      if (Buffer.byteLength(raw) > this.#limits.lineBytes) {
        const accepted = `at most ${this.#limits.lineBytes} bytes a line`;
        this.#problems.add(where, `a line of ${Buffer.byteLength(raw)} bytes`, accepted);
        continue;
      }
      const line = withoutComment(raw);
      if (line === "") continue;
      if (line.startsWith("[")) this.#open(line, where, trail.length > 1);
      else if (/^include(\s|$)/.test(line)) this.#include(line, where, source, trail);
      else this.#keep(line, where);
    }
  }

  #keep(text: string, where: string): void {
    if (this.#lines) {
      this.#lines.push({ text, where });
    } else if (!this.#complained) {
      this.#complained = true;
      const accepted = "a [global] or [name] section above the first option";
      this.#problems.add(where, `${shown(text)} stands before any section`, accepted);
    }
  }

  #open(line: string, where: string, included: boolean): void {
    if (included) {
      const found = `section ${shown(line)} in an included file`;
      this.#problems.add(where, found, "options only; the section stands in the job file");
      return;
    }
    const name = /^\[(.*)\]$/s.exec(line)?.[1];
    if (name === undefined) {
      const end = line.includes("]") ? "text behind ]" : "no ] at the end";
      this.#problems.add(where, `section ${shown(line)}: ${end}`, "[name] on a line of its own");
    } else if (name.trim() === "") {
      this.#problems.add(where, "a section without a name", "[global] or [name of the job]");
    }
    const lines: Line[] = [];
    this.#lines = lines;
    const known = name ?? "";
    this.sections.push({ name: known, global: known.startsWith("global"), where, lines });
  }

  #include(line: string, where: string, source: string, trail: readonly string[]): void {
    const name = line.slice("include".length).trim();
    const path = locate(name, source);
    const refusal = this.#refusal(name, path, trail);
    if (refusal) {
      this.#problems.add(where, `include ${shown(name)}: ${refusal[0]}`, refusal[1]);
      return;
    }
    const read = readText(path, Math.max(0, this.#bytesLeft));
    if (read.ok) {
      this.read(path, read.text, [...trail, identityOf(path)]);
      return;
    }
    const found = read.tooLarge ? "the files are too large together" : read.found;
    const accepted = read.tooLarge ? `at most ${this.#limits.bytes} bytes` : read.accepted;
    this.#problems.add(where, `include ${shown(name)}: ${found}`, accepted);
  }

  /** What was found and what is accepted; undefined when the file may be read. */
  #refusal(name: string, path: string, trail: readonly string[]): [string, string] | undefined {
    if (name === "") return ["no file", "include FILE"];
    if (!this.#lines) return ["it stands before any section", "a section above it"];
    if (trail.length > this.#limits.includeDepth) {
      return ["too deep", `at most ${this.#limits.includeDepth} files in one another`];
    }
    if (trail.includes(identityOf(path))) {
      return ["the file includes itself", "files that do not lead back to themselves"];
    }
    return waits(path) ? ["a device or a pipe", "a file of options"] : undefined;
  }
}

/** As fio: from the working directory, else from beside the including file. */
function locate(name: string, source: string): string {
  if (name === "-") return "./-";
  if (source === "-" || existsSync(name)) return name;
  return resolve(dirname(source), name);
}

/** Reading a pipe or a terminal might never end. */
function waits(path: string): boolean {
  try {
    const status = statSync(path);
    return !status.isFile() && !status.isDirectory();
  } catch {
    return false;
  }
}

function identityOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Where a line stands, 1 the first. */
export type PlaceOfLine = (line: number) => string;

function placeIn(source: string): PlaceOfLine {
  const label = sourceName(source);
  return (line) => `${label}:${line}`;
}

/**
 * Splits a job file into its sections, with every `include` read in its place. `placeOf` names
 * the lines of a text that stands within another file.
 */
export function readSections(
  source: string,
  text: string,
  problems: Problems,
  limits: SectionLimits,
  placeOf?: PlaceOfLine,
): readonly Section[] {
  const reader = new SectionReader(problems, limits);
  reader.read(source, text, [source === "-" ? "-" : identityOf(source)], placeOf);
  return reader.sections;
}
