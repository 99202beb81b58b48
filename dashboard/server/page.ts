import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { builtFile } from "../../src/machine/built.ts";

/** The page: one file with its script and its style inside. */

export interface Page {
  readonly html: string;
  /** Allows exactly this script and this style, and connections to where the page came from. */
  readonly policy: string;
}

const NOT_BUILT =
  "<!doctype html><title>pinlab</title><p>The page was not built: run <code>npm run build</code>.";

/** The page as it was built; a sentence in its place if it was not. */
export function readPage(): Page {
  let html = NOT_BUILT;
  try {
    html = readFileSync(builtFile("page/index.html"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return { html, policy: policyOf(html, "'self'") };
}

/** The content security policy of a page with these elements; `connect`: where it may go to. */
export function policyOf(html: string, connect: "'self'" | "'none'"): string {
  const hashes = (element: "script" | "style"): string => {
    const found = html.matchAll(new RegExp(`<${element}\\b([^>]*)>([\\s\\S]*?)</${element}>`, "g"));
    const own = [...found].filter(
      ([, attributes = ""]) => !attributes.includes("application/json"),
    );
    const sources = own.map(([, , text = ""]) => {
      return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    });
    return sources.join(" ") || "'none'";
  };
  return [
    "default-src 'none'",
    `script-src ${hashes("script")}`,
    `style-src ${hashes("style")}`,
    "img-src data: blob:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** Where results stand in a page that brings its own. */
const DATA = '<script type="application/json" id="pinlab-data">';

/**
 * The page with results inside: one file that opens offline. `results` are result texts (json or
 * json+). Nothing in them can end the element that holds them.
 */
export function reportHtml({ html }: Page, results: readonly string[]): string {
  const at = html.indexOf(DATA);
  if (at < 0) throw new Error("the page was not built: run npm run build");
  const compact = results.map((text) => JSON.stringify(JSON.parse(text)));
  const data = `[${compact.join(",")}]`.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028");
  const end = at + DATA.length;
  const policy = policyOf(html, "'none'");
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const whole = html.slice(0, end) + data + html.slice(end);
  return whole.replace("<head>", () => `<head>${meta}`);
}
