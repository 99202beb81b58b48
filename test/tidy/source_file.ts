import { type Mask, maskSource } from "./mask.ts";

/** A file of the project as the rules see it. */
export class SourceFile {
  #mask: Mask | undefined;

  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  get lines(): string[] {
    return this.text.split("\n");
  }

  /** The code alone: what stands in comments and strings is blank, positions are unchanged. */
  get code(): string {
    return this.#masked().code;
  }

  get strings(): Mask["strings"] {
    return this.#masked().strings;
  }

  lineAt(offset: number): number {
    return this.text.slice(0, offset).split("\n").length;
  }

  isUnder(...rooms: string[]): boolean {
    return rooms.some((room) => this.path === room || this.path.startsWith(`${room}/`));
  }

  #masked(): Mask {
    this.#mask ??= maskSource(this.text);
    return this.#mask;
  }
}

/** A breach of a house rule: where, and what to do instead. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  check(files: readonly SourceFile[]): Finding[];
  /** Small trees that break the rule once each, by path and text: the rule can fail. */
  readonly bad: readonly Readonly<Record<string, string>>[];
  /** What the rule must leave alone. */
  readonly good: readonly Readonly<Record<string, string>>[];
}

export function finding(file: SourceFile, offset: number, message: string): Finding {
  return { path: file.path, line: file.lineAt(offset), message };
}

const SCRIPT = /\.(ts|mts|mjs|js)$/;

export function isScript(file: SourceFile): boolean {
  return SCRIPT.test(file.path);
}

/** assembly/ outside shared/: AssemblyScript, which only asc compiles. */
export function isCore(file: SourceFile): boolean {
  return file.isUnder("assembly") && !file.isUnder("assembly/shared") && isScript(file);
}
