import { describe, expect, test } from "vitest";
import { complaints, read } from "./reading.ts";

const FIO = (name: string, ...lines: string[]): string =>
  `  - fio: |\n${[`[${name}]`, "size=1m", ...lines].map((line) => `      ${line}\n`).join("")}`;
const namesOf = (text: string): string[][] =>
  read(text).groups.map(({ jobs }) => jobs.map((job) => job.name));

describe("stonewall groups", () => {
  test("entries are read as one job file", () => {
    const entries = [
      FIO("a"),
      "  - {pattern: mapper}\n",
      FIO("b", "stonewall", "[c]", "size=1m"),
      "  - {pattern: rdma_mr, stonewall: true}\n",
      FIO("d"),
    ];
    const text = `jobs:\n${entries.join("")}`;
    expect(namesOf(text)).toEqual([
      ["a", "mapper"],
      ["b", "c"],
      ["rdma_mr", "d"],
    ]);
  });

  test("the first job waits for nobody", () => {
    expect(namesOf(`jobs:\n${FIO("a", "stonewall")}${FIO("b")}`)).toEqual([["a", "b"]]);
  });

  test("background jobs belong to each group", () => {
    const background = "background:\n  - {pattern: mapper}\n  - {pattern: reclaim}\n";
    expect(namesOf(`jobs:\n${FIO("a", "[b]", "size=1m", "stonewall")}${background}`)).toEqual([
      ["a", "mapper", "reclaim"],
      ["b", "mapper", "reclaim"],
    ]);
  });

  test("a background job does not wait", () => {
    const background = "background:\n  - {pattern: mapper, stonewall: 1}\n";
    expect(complaints(`jobs:\n${FIO("a")}${background}`)).toEqual([
      "6: background.0.stonewall: found a stonewall; none: it runs beside every group",
    ]);
  });
});

test("reporting groups are numbered through, an entry's own together", () => {
  const more = ["[b]", "size=1m", "[c]", "size=1m", "new_group"];
  const entries = `${FIO("a", ...more)}${FIO("d", "stonewall")}`;
  const text = `jobs:\n${entries}background: [{pattern: mapper}]\n`;
  const numbers = read(text).groups.map(({ jobs }) =>
    jobs.map((job) => [job.name, job.reportingGroup]),
  );
  expect(numbers).toEqual([
    [
      ["a", 0],
      ["b", 0],
      ["c", 1],
      ["mapper", 2],
    ],
    [
      ["d", 3],
      ["mapper", 4],
    ],
  ]);
});

describe("files", () => {
  const background = "background: [{pattern: writeback, file: /dta}]\n";

  test("work on a file that nobody uses is a slip", () => {
    expect(
      complaints(`jobs:\n${FIO("a", "direct=1", "mem=mmapshared:/data")}${background}`),
    ).toEqual([
      '7: background.0.file: found "/dta", which no job maps, reads or writes; ' +
        "did you mean /data? A file of mem: mmapshared:FILE, of buffered_io, or under files",
    ]);
  });

  test.each([
    ["mapped", `jobs:\n${FIO("a", "direct=1", "mem=mmapshared:/dta")}`],
    ["read by a fio job", `jobs:\n${FIO("a", "filename=/dta")}`],
    ["read by a pattern", "jobs: [{pattern: buffered_io, file: /dta}]\n"],
    ["listed", `files: {/dta: 1m}\njobs:\n${FIO("a")}`],
  ])("one that is %s will do", (_, jobs) => {
    expect(complaints(jobs + background)).toEqual([]);
  });
});

describe("inline job files", () => {
  test("their notes are the file's", () => {
    expect(read(`jobs:\n${FIO("a", "iodepth=4")}${FIO("b", "nice=1")}`).notes).toEqual([
      "job a: buffered I/O (direct=0) pins nothing",
      "job a: iodepth=4 is 1: ioengine=psync has one I/O in flight",
      "job b: buffered I/O (direct=0) pins nothing",
      "without effect on pinning: nice",
    ]);
  });

  test("a text without a section is refused where it stands", () => {
    expect(complaints("jobs:\n  - fio: |\n      bs=4k\n")).toEqual([
      "2: jobs.0.fio: no job section; a [name] section with the options of a job",
      '3: "bs=4k" stands before any section; a [global] or [name] section above the first option',
    ]);
  });
});
