import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { SourceFile } from "./source_file.ts";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Not in git without a checkout: what a walk leaves out. */
const NOT_OURS = new Set(["node_modules", ".git", "dist", "dist.next", "dist.old", "coverage"]);

/** Every file that is tracked or would be: paths relative to the root, sorted. */
export function listProjectFiles(): string[] {
  const paths = fs.existsSync(path.join(ROOT, ".git")) ? listWithGit() : [...walk("")];
  return paths.filter((name) => fs.existsSync(path.join(ROOT, name))).sort();
}

/** Their texts; what holds a zero byte has a name and no text. */
export function readProjectFiles(): SourceFile[] {
  return listProjectFiles().map((name) => {
    const text = fs.readFileSync(path.join(ROOT, name), "utf8");
    return new SourceFile(name, text.includes("\0") ? "" : text);
  });
}

function listWithGit(): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const output = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" });
  return output.split("\0").filter((name) => name !== "");
}

function* walk(folder: string): Generator<string> {
  for (const child of fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const name = path.posix.join(folder, child.name);
    if (child.isDirectory() && !NOT_OURS.has(child.name)) yield* walk(name);
    else if (child.isFile()) yield name;
  }
}
