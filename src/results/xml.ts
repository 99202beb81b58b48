/** As much of XML 1.0 as a report needs. */

type Attributes = Readonly<Record<string, string | number>>;

/** ` name="value"` for each, escaped. */
export function attributes(values: Attributes): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
}

/** An element with children, each on lines of its own, or else with text. */
export function element(
  name: string,
  values: Attributes,
  children: readonly string[],
  text = "",
): string {
  const start = `<${name}${attributes(values)}`;
  if (children.length > 0) {
    const lines = children.flatMap((child) => child.split("\n")).map((line) => `  ${line}`);
    return [`${start}>`, ...lines, `</${name}>`].join("\n");
  }
  return text === "" ? `${start}/>` : `${start}>${escaped(text)}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // A reader would make spaces of these in an attribute, and of CR a newline.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** What XML 1.0 cannot hold, escaped or not: most control characters, lone surrogates. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, "\u{FFFD}")
    .replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}
