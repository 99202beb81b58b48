/** A piece of input as it may stand in a message: control characters escaped, at most 60 long. */
export function shown(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const bare = code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0);
    out += bare ? char : `\\x${code.toString(16).padStart(2, "0")}`;
    if (out.length > 60) return `"${out.slice(0, 57)}..."`;
  }
  return `"${out}"`;
}

/** The same without quotes, for a key. */
export function shownBare(text: string): string {
  return shown(text).slice(1, -1);
}
