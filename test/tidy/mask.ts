/**
 * Blanks comments, strings and regular expressions out of TypeScript, character for character,
 * so that rules can look for words and count braces without reading prose.
 */

export interface StringLiteral {
  readonly offset: number;
  readonly value: string;
  /** The quote that opened it: ' " or a backtick. */
  readonly quote: string;
}

export interface Mask {
  readonly code: string;
  readonly strings: readonly StringLiteral[];
}

/** After these a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else))\s*$/;

class Masker {
  readonly strings: StringLiteral[] = [];
  readonly #text: string;
  readonly #out: string[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#out = [...text].length === text.length ? [...text] : text.split("");
  }

  get code(): string {
    return this.#out.join("");
  }

  /** Reads code to the end, or to the brace that closes a template's `${`. */
  readCode(insideTemplate: boolean): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      const here = this.#text[this.#at];
      if (insideTemplate && here === "}" && depth === 0) return;
      if (here === "{") depth += 1;
      if (here === "}") depth -= 1;
      this.#readOne(here ?? "");
    }
  }

  #readOne(here: string): void {
    const rest = this.#text.slice(this.#at, this.#at + 2);
    if (rest === "//" || (rest === "#!" && this.#at === 0)) this.#blankTo(this.#find("\n"));
    else if (rest === "/*") this.#blankTo(this.#find("*/", 2) + 2);
    else if (here === '"' || here === "'") this.#readString(here);
    else if (here === "`") this.#readTemplate();
    else if (here === "/" && BEFORE_REGEX.test(this.#before())) this.#readRegex();
    else this.#at += 1;
  }

  #readString(quote: string): void {
    const offset = this.#at;
    let end = offset + 1;
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== "\n") {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    this.strings.push({ offset, quote, value: this.#text.slice(offset + 1, end) });
    this.#at = offset + 1;
    this.#blankTo(end);
    this.#at = end + 1;
  }

  #readTemplate(): void {
    const offset = this.#at;
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== "`") {
      if (this.#text.startsWith("${", this.#at)) {
        this.#at += 2;
        this.readCode(true);
        this.#at += 1;
      } else this.#blankTo(this.#at + (this.#text[this.#at] === "\\" ? 2 : 1));
    }
    this.#at += 1;
    this.strings.push({ offset, quote: "`", value: this.#text.slice(offset + 1, this.#at - 1) });
  }

  #readRegex(): void {
    let end = this.#at + 1;
    let inClass = false;
    while (end < this.#text.length && this.#text[end] !== "\n") {
      if (this.#text[end] === "\\") end += 1;
      else if (this.#text[end] === "[") inClass = true;
      else if (this.#text[end] === "]") inClass = false;
      else if (this.#text[end] === "/" && !inClass) break;
      end += 1;
    }
    this.#blankTo(end + 1);
  }

  /** What stands before, comments blanked: enough of it to know the last word. */
  #before(): string {
    return this.#out.slice(Math.max(0, this.#at - 200), this.#at).join("");
  }

  #find(word: string, skip = 0): number {
    const found = this.#text.indexOf(word, this.#at + skip);
    return found === -1 ? this.#text.length : found;
  }

  #blankTo(end: number): void {
    for (; this.#at < end && this.#at < this.#text.length; this.#at += 1) {
      if (this.#out[this.#at] !== "\n") this.#out[this.#at] = " ";
    }
  }
}

export function maskSource(text: string): Mask {
  const masker = new Masker(text);
  masker.readCode(false);
  return { code: masker.code, strings: masker.strings };
}
