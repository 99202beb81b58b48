import { describe, expect, test } from "vitest";
import { FILE_INDEX, FILE_SIZE } from "../../assembly/shared/file_layout.ts";
import { PAGE_FLAGS, PAGE_MAPCOUNT, PAGE_REFCOUNT } from "../../assembly/shared/layout.ts";
import { checkFiles } from "../../src/machine/file_quiescence.ts";
import { fileAddress, fileNamed, tagBytes, tagLevels } from "../../src/machine/files.ts";
import { filesOf, MOST_FILE_PAGES } from "../../src/machine/job_files.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { Lab, REGULAR_FILE } from "../support/lab.ts";

describe("a tag", () => {
  test.each([
    [1, [1]],
    [32, [1]],
    [33, [2, 1]],
    [1024, [32, 1]],
    [2 ** 20, [32768, 1024, 32, 1]],
    [2 ** 22, [131072, 4096, 128, 4, 1]],
  ])("over %i pages has levels of %j words", (pages, words) => {
    expect(tagLevels(pages)).toEqual(words);
    expect(tagBytes(pages)).toBe(4 * words.reduce((sum, one) => sum + one, 0));
  });
});

test("a file is found by its name, and starts empty", () => {
  const { machine } = new Lab();
  expect(fileNamed(machine, REGULAR_FILE)).toBe(fileAddress(machine, 1));
  expect(fileNamed(machine, "/none")).toBe(0);
  expect(machine.words[(fileNamed(machine, REGULAR_FILE) + FILE_SIZE) / 4]).toBe(64);
  expect(checkFiles(machine)).toEqual([]);
});

describe("the files of a scenario", () => {
  const filesIn = (given: Parameters<typeof makeScenario>[0]) => {
    const scenario = makeScenario({ run: { durationMs: 10 }, ...given });
    const users = scenario.groups.flatMap(({ jobs }) =>
      jobs.flatMap((job) =>
        Array.from({ length: job.clones }, (_, i) => ({ job, name: `${job.name}.${i}` })),
      ),
    );
    return filesOf(scenario, users).map(({ name, pages }) => [name, pages]);
  };

  test("a file is as large as its largest use, and shared by all who name it", () => {
    const mapped = { bufferFile: "/data", iodepth: 16, clones: 2 };
    const jobs = [mapped, { pattern: "buffered_io", file: "/data", sizeBytes: 1 << 20 }] as const;
    expect(filesIn({ jobs })).toEqual([["/data", 256]]);
    expect(filesIn({ jobs, files: [{ name: "/data", sizeBytes: 1 << 22 }] })).toEqual([
      ["/data", 1024],
    ]);
  });

  test("buffered jobs that name none have one each, as in fio", () => {
    const job = { name: "j", pattern: "buffered_io", clones: 2, sizeBytes: 8192 } as const;
    expect(filesIn({ jobs: [job] })).toEqual([
      ["j.0.0", 2],
      ["j.1.0", 2],
    ]);
  });

  test("of a very large file a part is modelled", () => {
    const job = { pattern: "buffered_io", file: "/big", sizeBytes: 2 ** 50 } as const;
    expect(filesIn({ jobs: [job] })).toEqual([["/big", MOST_FILE_PAGES]]);
  });
});

describe("a page that is not at rest", () => {
  const cached = () => {
    const lab = new Lab();
    lab.core.writeToPage(lab.cpu(), lab.file(), 3);
    lab.core.syncFile(lab.cpu(), lab.file());
    const page = lab.word(lab.word(lab.file() + FILE_INDEX) + 12) >>> 0;
    expect(checkFiles(lab.machine)).toEqual([]);
    return { lab, page };
  };

  test.each([
    [PAGE_REFCOUNT, 5, /page 3 of \/2 has refcount 5, the ledgers say 2/],
    [PAGE_MAPCOUNT, 1, /page 3 of \/2 has _mapcount 1/],
    [PAGE_FLAGS, 16 | 16384, /page 3 of \/2 is dirty after the last sync/],
  ])("is named (word %i as %i)", (offset, value, words) => {
    const { lab, page } = cached();
    lab.setWord(page + offset, value);
    expect(checkFiles(lab.machine).join()).toMatch(words);
  });
});
