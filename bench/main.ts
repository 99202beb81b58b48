import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bench, FULL, SECTIONS, type SectionName, SMALL } from "./bench.ts";
import { missingTools } from "./spin/verifier.ts";

const HELP = `npm run bench -- [--small] [--node PATH] [SECTION…]

The native core on one thread against a C twin that does the same work, and what else has a bar.
Needs gcc; the section spin needs SPIN as well.

SECTION      ${SECTIONS.join(", ")}; without one, all
--small      the size that the tests run: a few seconds, figures worth nothing
--node PATH  runs under another Node than the one that npm found`;
const USAGE_STATUS = 2;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === "string") {
    console.error(`${asked}\n\n${HELP}`);
    return USAGE_STATUS;
  }
  const { help, small, node, sections } = asked;
  if (help) {
    console.log(HELP);
    return 0;
  }
  return node === undefined ? measure(small, sections) : runUnder(node, small, sections);
}

async function measure(small: boolean, sections: readonly SectionName[]): Promise<number> {
  const missing = sections.includes("spin") ? missingTools() : undefined;
  if (missing !== undefined) {
    console.error(missing);
    return 1;
  }
  await bench(sections, small ? SMALL : FULL, (text) => console.log(text));
  return 0;
}

interface Asked {
  readonly help: boolean;
  readonly small: boolean;
  readonly node: string | undefined;
  readonly sections: readonly SectionName[];
}

/** What was asked for, or what is wrong with it. */
function readArguments(args: string[]): Asked | string {
  const options = {
    help: { type: "boolean", default: false },
    small: { type: "boolean", default: false },
    node: { type: "string" },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const unknown = positionals.find((name) => !isSection(name));
    if (unknown !== undefined) return `no section ${unknown}; there are ${SECTIONS.join(", ")}`;
    const sections = positionals.filter(isSection);
    const { help, small, node } = values;
    return { help, small, node, sections: sections.length > 0 ? sections : SECTIONS };
  } catch (fault) {
    return (fault as Error).message;
  }
}

function isSection(name: string): name is SectionName {
  return (SECTIONS as readonly string[]).includes(name);
}

function runUnder(node: string, small: boolean, sections: readonly SectionName[]): number {
  const script = fileURLToPath(import.meta.url);
  const args = [script, ...(small ? ["--small"] : []), ...sections];
  const { status, error } = spawnSync(node, args, { stdio: "inherit" });
  if (error !== undefined) console.error(`${node}: ${error.message}`);
  return status ?? 1;
}
