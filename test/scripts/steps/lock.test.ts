import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "../../../scripts/steps/lock.mjs";

let folder: string;
let lockPath: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-lock-"));
  lockPath = path.join(folder, ".lock");
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

test("holds while the work is done, and leaves nothing", async () => {
  const seen = await withLock(lockPath, expect.unreachable, async () => fs.readdirSync(lockPath));
  expect(seen).toEqual([expect.stringMatching(new RegExp(`^${process.pid}-`))]);
  expect(fs.readdirSync(folder)).toEqual([]);
});

test("is released when the work fails", async () => {
  const failing = withLock(lockPath, expect.unreachable, async () => {
    throw new Error("broken");
  });
  await expect(failing).rejects.toThrow("broken");
  expect(fs.readdirSync(folder)).toEqual([]);
});

// No process has a number this large; number 1 lives, but did not start at tick 7.
test.each(["4999999-7", "1-7", "nonsense", ""])("takes over from %j", async (holder) => {
  fs.mkdirSync(lockPath);
  if (holder !== "") fs.writeFileSync(path.join(lockPath, holder), "");
  fs.mkdirSync(`${lockPath}.4999999-7`);
  expect(await withLock(lockPath, expect.unreachable, async () => "done")).toBe("done");
  expect(fs.readdirSync(folder)).toEqual([]);
});

test("waits for a living holder and says so once", async () => {
  const said: string[] = [];
  let release = () => {};
  const first = withLock(lockPath, expect.unreachable, () => {
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  await expect.poll(() => fs.existsSync(lockPath)).toBe(true);
  // The holder is this very process: rename the file as another's would be named.
  const [mine] = fs.readdirSync(lockPath) as [string];
  const parent = `${process.ppid}-${startOf(process.ppid)}`;
  fs.renameSync(path.join(lockPath, mine), path.join(lockPath, parent));
  const second = withLock(
    lockPath,
    (text: string) => said.push(text),
    async () => "second",
  );
  await expect.poll(() => said).toEqual([expect.stringContaining(`process ${process.ppid}`)]);
  fs.renameSync(path.join(lockPath, parent), path.join(lockPath, mine));
  release();
  await first;
  expect(await second).toBe("second");
  expect(said).toHaveLength(1);
});

function startOf(pid: number): string {
  if (!fs.existsSync(`/proc/${pid}/stat`)) return "0";
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
