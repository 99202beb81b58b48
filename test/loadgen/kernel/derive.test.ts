import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPlan } from "../../../loadgen/kernel/read_plan.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-derive-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function planOf(text: string, env: Record<string, string> = {}) {
  const path = join(folder, "job.fio");
  writeFileSync(path, text);
  return readPlan(path, env);
}

/** Each section's lines, by its name. */
function sectionsOf(text: string, env?: Record<string, string>): Record<string, string[]> {
  const sections: Record<string, string[]> = {};
  for (const part of planOf(text, env).text.split("\n\n")) {
    const [head = "", ...lines] = part.trim().split("\n");
    sections[head] = lines;
  }
  return sections;
}

const OWN = ["filename=direct", "size=1048576"];

describe("the job file that the real fio gets", () => {
  test("has a section and a log for each clone, in one session no two share a log", () => {
    const sections = sectionsOf("[a]\ndirect=1\nsize=1m\nnumjobs=2\n");
    expect(sections).toEqual({
      "[global]": ["group_reporting=0"],
      "[job0]": ["direct=1", ...OWN, "write_iolog=job0.log"],
      "[job1]": ["direct=1", ...OWN, "write_iolog=job1.log"],
    });
  });

  test("has one stonewall a group, before its first clone", () => {
    const job = "direct=1\nsize=1m\nnumjobs=2\nstonewall\n";
    const sections = sectionsOf(`[a]\n${job}[b]\n${job}[c]\ndirect=1\nsize=1m\n`);
    const walls = Object.entries(sections).filter(([, lines]) => lines.includes("stonewall"));
    expect(walls.map(([name]) => name)).toEqual(["[job2]"]);
    expect(Object.keys(sections)).toHaveLength(6);
  });

  test("gives each section what every [global] above it said, the last word its own", () => {
    const text = "[global]\ndirect=1\nsize=1m\nbs=8k\n[a]\nbs=16k\n[global]\nrw=write\n[b]\n";
    const sections = sectionsOf(text);
    expect(sections["[job0]"]?.slice(0, 3)).toEqual(["direct=1", "bs=8k", "bs=16k"]);
    expect(sections["[job1]"]?.slice(0, 3)).toEqual(["direct=1", "bs=8k", "rw=write"]);
  });

  test("keeps lines as they were written, comments apart; fio itself replaces variables", () => {
    const options = `bs=\${BLOCK}\nrwmixread = 30\nbssplit=4k/50:8k/50`;
    const text = `[a]\ndirect=1 ; really\nsize=1m\n${options}\n`;
    const lines = sectionsOf(text, { BLOCK: "8k" })["[job0]"];
    expect(lines?.slice(0, 4)).toEqual(["direct=1", ...options.split("\n")]);
  });

  test("holds what stood in an included file", () => {
    writeFileSync(join(folder, "more.inc"), "iodepth=4\nioengine=libaio\n");
    const lines = sectionsOf("[a]\ndirect=1\nsize=1m\ninclude more.inc\n")["[job0]"];
    expect(lines).toEqual(expect.arrayContaining(["iodepth=4", "ioengine=libaio"]));
  });

  test("leaves out what touches other files, and says so", () => {
    const other = "directory=/disk\nfilename=my file\nexec_prerun=rm -rf x\nunlink=1\nnrfiles=4";
    const logs = "write_bw_log=x\nwrite_iolog=mine\ncgroup=y\ncpus_allowed=0\noffset=4k";
    const { text, notes } = planOf(`[a]\ndirect=1\nsize=1m\n${other}\n${logs}\n`);
    const lines = text.split("\n").slice(3);
    expect(lines).toEqual(["[job0]", "direct=1", ...OWN, "write_iolog=job0.log", ""]);
    const out = "cgroup, cpus_allowed, exec_prerun, offset, unlink, write_bw_log";
    expect(notes).toContain(`left out of the real fio's job file: ${out}`);
  });

  test("keeps direct and cached I/O in files of their own, each large enough for all", () => {
    const jobs =
      "[a]\nsize=1m\n[b]\ndirect=1\nsize=2m\n[c]\ndirect=1\nsize=1m\n[d]\nioengine=null\nsize=9g\n";
    const whole = { inSharedMemory: false, wantsOnePiece: false };
    expect(planOf(jobs).files).toEqual([
      { name: "cached", bytes: 1 << 20, ...whole },
      { name: "direct", bytes: 2 << 20, ...whole },
    ]);
  });

  test("wants the file in one piece where a border of two would cost a pin", () => {
    const wants = (options: string) =>
      planOf(`[a]\ndirect=1\nsize=1m\n${options}\n`).files[0]?.wantsOnePiece;
    expect([wants("bs=8k"), wants("iomem_align=512"), wants("bs=512")]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("puts buffers of a file into a scratch file of the same kind", () => {
    const job = "direct=1\nsize=1m\nbs=64k\nioengine=libaio\niodepth=4\n";
    const mems = ["mmapshared:/db", "mmapshared:/dev/shm/x", "mmapshared:/db", "shm"];
    const plan = planOf(mems.map((mem, i) => `[${i}]\n${job}mem=${mem}\n`).join(""));
    expect(plan.text.match(/^mem=.*$/gm)).toEqual([
      "mem=mmapshared:memory0",
      "mem=mmapshared:memory1",
      "mem=mmapshared:memory0",
      "mem=shm",
    ]);
    const memories = plan.files.filter(({ name }) => name.startsWith("memory"));
    expect(memories.map(({ inSharedMemory }) => inSharedMemory)).toEqual([false, true]);
    expect(Math.min(...memories.map(({ bytes }) => bytes))).toBeGreaterThan(4 * 65536);
  });
});
