import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { Problems } from "../fio/problems.ts";
import { shown, shownBare } from "../fio/shown.ts";

/** Far beyond it the parser, which calls itself for each level, would run out of stack. */
const MOST_LEVELS = 128;
/** So often may an alias be followed; each may stand for everything above it. */
const MOST_ALIASES = 100;

type Path = readonly PropertyKey[];

/** A YAML text that could be read: its value, and where the parts of it stand. */
export class YamlText {
  private constructor(
    readonly value: unknown,
    private readonly label: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** undefined: it cannot be read, which is among the problems; others are told besides. */
  static read(label: string, text: string, problems: Problems): YamlText | undefined {
    const deep = tooDeep(text);
    if (deep !== undefined) {
      const accepted = `at most ${MOST_LEVELS} blanks or brackets deep`;
      problems.add(`${label}:${deep}`, "nested too deeply", accepted);
      return undefined;
    }
    const lines = new LineCounter();
    const foreign = text.indexOf("\uFFFD");
    if (foreign >= 0) {
      const line = text.slice(0, foreign).split("\n").length;
      problems.add(`${label}:${line}`, "a byte that is no UTF-8", "a file in UTF-8");
      return undefined;
    }
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    let readable = true;
    const place = (offset: number): string => `${label}:${Math.max(1, lines.linePos(offset).line)}`;
    for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
      const [found, accepted] = wordsFor(code, message, text.slice(pos[0]));
      problems.add(place(pos[0]), found, accepted);
      // Of a key that stands twice the last value counts, and what else is wrong is told as well.
      if (code !== "DUPLICATE_KEY") readable = false;
    }
    visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document) !== undefined) return;
        readable = false;
        const accepted = `&${alias.source} at a value above it`;
        problems.add(place(alias.range?.[0] ?? 0), `*${alias.source} of no anchor`, accepted);
      },
      Pair(_, { key }) {
        if (isScalar(key) || isAlias(key)) return;
        readable = false;
        const at = (key as Node | null)?.range?.[0] ?? 0;
        problems.add(place(at), "a key that is a list or a mapping", "a key of one word");
      },
    });
    if (!readable) return undefined;
    const plain = plainValue(document, label, problems);
    return plain && new YamlText(plain.value, label, document, lines);
  }

  /** `file.yaml:7: jobs.0.bs`; the line is that of the key, or of the nearest part above it. */
  placeOf(path: Path): string {
    const place = `${this.label}:${this.lineOf(path)}`;
    return path.length === 0
      ? place
      : `${place}: ${path.map((key) => shownBare(String(key))).join(".")}`;
  }

  /** Where the lines of a text at `path` stand, 1 its first. */
  placeInText(path: Path): (line: number) => string {
    const node = this.document.getIn(path, true);
    const block = isScalar(node) && node.type === "BLOCK_LITERAL";
    if (!block) return (line) => `${this.placeOf(path)}, line ${line} of it`;
    const header = this.lines.linePos(node.range?.[0] ?? 0).line;
    return (line) => `${this.label}:${header + line}`;
  }

  private lineOf(path: Path): number {
    let at = 0;
    let node: unknown = this.document.contents;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.document);
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === step);
        at = startOf(pair?.key) ?? at;
        next = pair?.value;
      } else if (isSeq(node)) {
        next = node.items[Number(step)];
        at = startOf(next) ?? at;
      }
      node = next;
    }
    return Math.max(1, this.lines.linePos(at).line);
  }
}

function startOf(node: unknown): number | undefined {
  return (node as Node | undefined)?.range?.[0];
}

function plainValue(
  document: Document,
  label: string,
  problems: Problems,
): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  } catch (error) {
    // yaml says so of too many aliases, and of nothing else once they all have anchors.
    if (!(error instanceof ReferenceError)) throw error;
    problems.add(label, "aliases of aliases", `at most ${MOST_ALIASES} values that way`);
    return undefined;
  }
}

/** What was found and what is accepted, for an error of the parser. */
function wordsFor(code: string, message: string, at: string): [string, string] {
  switch (code) {
    case "DUPLICATE_KEY":
      return [`the key ${shown(/[^\s:"']+/.exec(at)?.[0] ?? "")} once more`, "each key once"];
    case "MULTIPLE_DOCS":
      return ["a second document behind ---", "one scenario a file"];
    case "TAB_AS_INDENT":
      return ["a tab as indentation", "blanks"];
    case "TAG_RESOLVE_FAILED":
      return [message.replace("Unresolved tag: ", "the tag "), "values without tags"];
    default:
      return [`no YAML: ${message.replace(/\p{Cc}/gu, " ").slice(0, 160)}`, "YAML 1.2"];
  }
}

/** The line from which the text may nest too deeply to be parsed; told without parsing it. */
function tooDeep(text: string): number | undefined {
  let brackets = 0;
  for (const [i, line] of text.split("\n").entries()) {
    const indentation = line.search(/\S|$/);
    const marks = line.match(/[-?:](?=\s|$)/g)?.length ?? 0;
    for (const char of line) {
      if (char === "[" || char === "{") brackets++;
      else if (char === "]" || char === "}") brackets = Math.max(0, brackets - 1);
      if (brackets > MOST_LEVELS) return i + 1;
    }
    if (line.trimStart().startsWith("#")) continue;
    if (indentation + marks > MOST_LEVELS) return i + 1;
  }
  return undefined;
}
