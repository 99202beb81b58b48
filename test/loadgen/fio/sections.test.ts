import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JOB_FILE_LIMITS, readJobFile } from "../../../loadgen/fio/read_job_file.ts";
import { problemsIn, problemsOf, read, SURROUNDINGS } from "./reading.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-fio-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const readPath = (source: string, limits = JOB_FILE_LIMITS) =>
  readJobFile({ source, ...SURROUNDINGS }, limits);
const foundIn = (source: string): string[] =>
  problemsOf(() => readPath(source)).map(({ where, found }) =>
    `${where}: ${found}`.replaceAll(folder, "."),
  );

describe("the text", () => {
  test("may have carriage returns, a byte-order mark, indents and trailing comments", () => {
    const text = "\ufeff[j] ; a job\r\n\t size=1m # one\r\n  rw=write;x\r\n";
    expect(read(text).groups[0]?.jobs[0]).toMatchObject({ name: "j", readPercent: 0 });
  });

  test("is cut at ; and # inside a value too, as in fio", () => {
    expect(read("[j]\nsize=1m\ndescription=a#b=c\n").groups).toHaveLength(1);
  });

  test.each([
    ["", "jobs/some.fio", "an empty file"],
    ["  \n\t\n", "jobs/some.fio", "an empty file"],
    ["; only this\n", "jobs/some.fio", "no job section"],
    ["[global]\nsize=1m\n", "jobs/some.fio", "no job section"],
    ["size=1m\n[j]\nsize=1m\n", "jobs/some.fio:1", '"size=1m" stands before any section'],
    ["[]\nsize=1m\n", "jobs/some.fio:1", "a section without a name"],
    ["[j\nsize=1m\n", "jobs/some.fio:1", 'section "[j": no ] at the end'],
    ["[j] x\nsize=1m\n", "jobs/some.fio:1", 'section "[j] x": text behind ]'],
    ["[j]\nsize=1m\0\n", "jobs/some.fio", "a binary file (it holds NUL bytes)"],
    [`[j]\nsize=1m\ndescription=${"x".repeat(5000)}`, "jobs/some.fio:3", "a line of 5012 bytes"],
    [`[j]\n${"#".repeat(1 << 20)}`, "jobs/some.fio", "more than 1048576 bytes"],
  ])("%j is refused", (text, where, found) => {
    expect(problemsIn(text)).toMatchObject([{ where, found }]);
  });

  test("of many sections is refused when fio would refuse it", () => {
    expect(problemsIn("[j]\n".repeat(5000))).toMatchObject([{ found: "5000 job sections" }]);
  });

  test("with very many problems tells the first ones and counts the rest", () => {
    const problems = problemsIn(`[j]\nsize=1m\n${"nonsense\nx=y\n".repeat(20_000)}`);
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)?.found).toBe("39950 more problems");
  });
});

describe("a path", () => {
  test("names the file in each problem", () => {
    expect(foundIn(put("bad.fio", "[j]\nsize=1m\nbs=x\n"))).toEqual([
      './bad.fio:3: bs: "x" is not a whole number',
    ]);
  });

  test("that cannot be read is a problem of the configuration", () => {
    expect(foundIn(join(folder, "missing.fio"))).toEqual(["./missing.fio: no such file"]);
    expect(foundIn(folder)).toEqual([".: a directory"]);
    expect(foundIn(put("binary.fio", Buffer.from([91, 0, 93])))).toHaveLength(1);
    expect(foundIn(put("large.fio", "#".repeat(10 << 20)))).toHaveLength(1);
    expect(foundIn("/dev/zero")).toEqual(["/dev/zero: more than 1048576 bytes"]);
    expect(foundIn("x".repeat(5000))).toHaveLength(1);
  });
});

describe("include", () => {
  test("puts options where it stands, from beside the including file", () => {
    mkdirSync(join(folder, "parts"), { recursive: true });
    put("parts/common.inc", "direct=1\ninclude more.inc\n");
    put("parts/more.inc", "bs=32k\n");
    const path = put("main.fio", "[j]\nbs=8k\ninclude parts/common.inc\nsize=1m\n");
    expect(readPath(path).groups[0]?.jobs[0]).toMatchObject({
      pattern: "direct_io",
      readSizes: [{ minBytes: 32768 }],
    });
  });

  test("names the included file in a problem", () => {
    put("wrong.inc", "\nrw=reed\n");
    expect(foundIn(put("main.fio", "[j]\nsize=1m\ninclude wrong.inc\n"))).toEqual([
      './wrong.inc:2: rw: "reed"; did you mean read?',
    ]);
  });

  test("of itself, also by another name, is refused", () => {
    const path = put("self.fio", "[j]\nsize=1m\ninclude self.fio\n");
    expect(foundIn(path)).toEqual(['./self.fio:3: include "self.fio": the file includes itself']);
    symlinkSync(path, join(folder, "other.fio"));
    put("self.fio", "[j]\nsize=1m\ninclude other.fio\n");
    expect(foundIn(path)).toHaveLength(1);
  });

  test("deeper than 16 files is refused", () => {
    for (let i = 0; i < 20; i++) put(`deep${i}.inc`, `include deep${i + 1}.inc\n`);
    put("deep20.inc", "rw=write\n");
    const path = put("deep.fio", "[j]\nsize=1m\ninclude deep0.inc\n");
    expect(foundIn(path)).toEqual(['./deep15.inc:1: include "deep16.inc": too deep']);
  });

  test("that doubles at each step ends at the limit of all text", () => {
    for (let i = 0; i < 15; i++) {
      const line = `include twice${i + 1}.inc\n`;
      put(`twice${i}.inc`, line + line);
    }
    put("twice15.inc", "");
    const path = put("twice.fio", "[j]\nsize=1m\ninclude twice0.inc\n");
    const limits = { ...JOB_FILE_LIMITS, bytes: 10_000 };
    const problems = problemsOf(() => readPath(path, limits));
    expect(problems[0]?.found).toMatch(/the files are too large together/);
  });

  test.each([
    ["[j]\nsize=1m\ninclude nowhere.inc\n", 'include "nowhere.inc": no such file'],
    ["[j]\nsize=1m\ninclude\n", 'include "": no file'],
    ["include x\n[j]\nsize=1m\n", 'include "x": it stands before any section'],
    ["[j]\nsize=1m\ninclude -\n", 'include "-": no such file'],
    ["[j]\nsize=1m\ninclude /dev/zero\n", 'include "/dev/zero": a device or a pipe'],
    ["[j]\nsize=1m\ninclude /\n", 'include "/": a directory'],
  ])("%j is refused", (text, found) => {
    expect(problemsOf(() => readPath(put("main.fio", text)))).toMatchObject([{ found }]);
  });

  test("may not bring sections", () => {
    put("section.inc", "[k]\nsize=1m\n");
    expect(foundIn(put("main.fio", "[j]\nsize=1m\ninclude section.inc\n"))).toEqual([
      './section.inc:1: section "[k]" in an included file',
    ]);
  });
});

describe("the size", () => {
  test("may come from files that exist", () => {
    put("data1", Buffer.alloc(8192));
    put("data:2", Buffer.alloc(4096));
    const lines = `filename=data1:data\\:2\ndirectory=${folder}\n`;
    const sizeOf = (more: string) => read(`[j]\n${lines}${more}`).groups[0]?.jobs[0]?.sizeBytes;
    expect(sizeOf("")).toBe(12288);
    expect(sizeOf("size=50%\n")).toBe(6144);
    expect(sizeOf("size=1m\n")).toBe(2 ** 20);
  });
});
