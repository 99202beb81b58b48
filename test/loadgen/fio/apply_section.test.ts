import { describe, expect, test } from "vitest";
import { foundWith, jobWith, problemsIn } from "./reading.ts";

describe("values", () => {
  test.each([
    ["iodepth=0", 'iodepth: "0" is less than 1'],
    ["iodepth=70000", 'iodepth: "70000" is more than 65536'],
    ["iodepth=4-8", 'iodepth: "4-8" is not a whole number'],
    ["numjobs=0", 'numjobs: "0" is less than 1'],
    ["rwmixread=101", 'rwmixread: "101" is more than 100'],
    ["direct", "direct: no value"],
    ["direct=true", 'direct: "true" is neither 0 nor 1'],
    ["thread=", "thread: no value"],
    ["runtime=10sec", 'runtime: "10sec": no unit sec'],
    ["bs=\u001b[2J", 'bs: "\\x1b[2J" is not a whole number'],
    ["kb_base=1k", 'kb_base: "1k"'],
    ["create_only=1", "create_only: the job does no I/O"],
  ])("%s is refused", (line, found) => {
    expect(foundWith(line)).toEqual([`3: ${found}`]);
  });

  test("behind a blank are refused where fio would read them otherwise", () => {
    expect(foundWith("bs = 4k")[0]).toContain("write bs=4k");
    expect(foundWith("rw = read")[0]).toContain("write rw=read");
    expect(jobWith("numjobs = 4", "name = x y").name).toBe("x y");
  });

  test("all wrong at once are all told, each with its line", () => {
    const lines = ["bs=x", "rw=y", "ioengine=z", "nosuch=1", "profile=f", "iodepth=0"];
    expect(foundWith(...lines).map((found) => found.split(":")[0])).toEqual([
      ...["3", "4", "5", "6", "7", "8"],
    ]);
  });
});

describe("unknown options", () => {
  test.each([
    ["iodpeth=4", "did you mean iodepth?"],
    ["hugepage_size=2m", "did you mean hugepage-size?"],
    ["group-reporting", "did you mean group_reporting?"],
    ["BS=4k", "did you mean bs?"],
    ["qqqqqqqqqq=1", "(fio --cmdhelp lists them)"],
  ])("%s", (line, hint) => {
    const [problem] = problemsIn(`[j]\nsize=1m\n${line}\n`);
    expect(problem?.where).toBe("jobs/some.fio:3");
    expect(problem?.accepted).toContain(hint);
  });
});
