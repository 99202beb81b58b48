import { readFileSync } from "node:fs";
import path from "node:path";
import asc from "assemblyscript/asc";
import { expect, test } from "vitest";
import { ROOT } from "../../tidy/project_files.ts";

const ACTOR = "assembly/shared/actor_layout.ts";
const LAYOUT = "assembly/shared/layout.ts";

/** What asc says of the core when one line of a shared file is another; "": nothing. */
async function complaints(file: string, line: string, instead: string): Promise<string> {
  const readFile = (name: string, baseDir: string): string | null => {
    const relative = path.relative(ROOT, path.resolve(baseDir, name));
    try {
      const text = readFileSync(path.resolve(ROOT, relative), "utf8");
      return relative === file ? text.replace(line, instead) : text;
    } catch {
      return null;
    }
  };
  expect(readFileSync(path.resolve(ROOT, file), "utf8")).toContain(line);
  const { stderr } = await asc.main(
    ["assembly/index.ts", "--config", "asconfig.json", "--target", "native", "--noEmit"],
    { readFile, writeFile: () => {}, listFiles: () => null },
  );
  return stderr.toString();
}

test("a part may fill its place; one that outgrows it stops the compiler", async () => {
  const first = "export const ACTOR_BYTES_ISSUED = ";
  expect(await complaints(ACTOR, `${first}192`, `${first}168`)).toBe("");
  expect(await complaints(ACTOR, `${first}192`, `${first}164`)).toContain("what an actor is to do");
}, 60_000);

test.each([
  [LAYOUT, "CPU_ACTOR_BYTES = 2048", "CPU_ACTOR_BYTES = 1216", "pacing"],
  [LAYOUT, "CPU_LEDGER = CPU_HEARTBEAT + 4", "CPU_LEDGER = CPU_HEARTBEAT + 48", "CPU_LINE"],
])(
  "%s: %s as %s",
  async (file, line, instead, drift) => {
    expect(await complaints(file, line, instead)).toContain(`layout drift: ${drift}`);
  },
  60_000,
);
