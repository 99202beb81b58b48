import path from "node:path";
import type { SourceFile } from "./source_file.ts";

/** One edge from a file to another of the project, or to a package. */
export interface Import {
  readonly offset: number;
  readonly isTypeOnly: boolean;
  /** A path of the project, or undefined for a package. */
  readonly target: string | undefined;
  readonly specifier: string;
}

/**
 * `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")` and `new URL("x", …)`,
 * which names the program of a worker by the name it has once built.
 */
export function findImports(file: SourceFile): Import[] {
  const found: Import[] = [];
  for (const { offset, value } of file.strings) {
    const before = file.code.slice(0, offset);
    const statement = /\b(import|export)\b(\s+type\b)?[\w\s{},*$]*$/.exec(before);
    const isStatement = statement !== null && /\bfrom\s*$|\bimport\s*$/.test(before);
    const isCall = /\bimport\(\s*$/.test(before);
    const isUrl = /\bnew URL\(\s*$/.test(before) && value.startsWith(".");
    if (!isStatement && !isCall && !isUrl) continue;
    found.push({
      offset,
      specifier: value,
      isTypeOnly: isStatement && statement?.[2] !== undefined,
      target: value.startsWith(".") ? resolve(file.path, value) : undefined,
    });
  }
  return found;
}

/** asc adds the ending itself; tsc's output turns .ts into .js. */
function resolve(from: string, specifier: string): string {
  const target = path.posix.join(path.posix.dirname(from), specifier);
  if (!from.endsWith(".ts")) return target;
  const isBare = from.startsWith("assembly/") && !target.endsWith(".ts");
  return isBare ? `${target}.ts` : target.replace(/\.js$/, ".ts");
}
