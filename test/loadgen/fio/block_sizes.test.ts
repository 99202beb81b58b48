import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { testNeeding } from "../../support/needs.ts";
import { foundWith, jobWith, read } from "./reading.ts";

const one = (bytes: number, percent = 100) => ({ minBytes: bytes, maxBytes: bytes, percent });

describe("bs", () => {
  test.each([
    ["8k", 8192, 8192],
    ["8k,16k", 8192, 16384],
    ["8k,16k,32k", 8192, 16384],
    [",16k", 4096, 16384],
    ["8k,", 8192, 4096],
    ["8k,,16k", 8192, 4096],
    ["8k-", 8192, 4096],
    ["8k:16k", 8192, 16384],
    ["4k-16k", 4096, 16384],
    ["(2*4k),(4^7)", 8192, 16384],
  ])("%s is %i for reads and %i for writes", (text, reads, writes) => {
    const job = jobWith(`bs=${text}`);
    expect([job.readSizes, job.writeSizes]).toEqual([[one(reads)], [one(writes)]]);
  });

  test("keeps, where a part is empty, what a line above it said", () => {
    expect(jobWith("bs=1k,2k", "bs=8k,").writeSizes).toEqual([one(2048)]);
    expect(jobWith("bs=1k,2k", "bs=,8k").readSizes).toEqual([one(1024)]);
  });

  test("says that a dash does not make a range", () => {
    expect(read("[j]\nsize=1m\ndirect=1\nblocksize=4k-16k\n").notes).toEqual([
      "blocksize (jobs/some.fio:4): 4k-16k is 4k for reads and 16k for writes, as fio reads it",
    ]);
  });

  test("with bs_is_seq_rand goes by the order of the I/O", () => {
    expect(jobWith("bs=64k,4k", "bs_is_seq_rand=1", "rw=read").readSizes).toEqual([one(65536)]);
    expect(jobWith("bs=64k,4k", "bs_is_seq_rand=1", "rw=randread").readSizes).toEqual([one(4096)]);
    const ranges = ["bsrange=4k-4k,64k-64k", "bs_is_seq_rand=1", "rw=randread"];
    expect(jobWith(...ranges).readSizes).toEqual([one(65536)]);
  });

  test.each(["0", "-4k", "4k,8k,16k,32k", "5g", "", "a", ",", ",,"])("%j is refused", (text) => {
    expect(foundWith(`bs=${text}`)).toHaveLength(1);
  });

  test("refuses what O_DIRECT refuses", () => {
    expect(foundWith("direct=1", "bs=4kib")).toEqual(["4: blocks of 4000 bytes with direct=1"]);
    expect(foundWith("bs=4kib")).toEqual([]);
  });

  test("may not be larger than the size", () => {
    expect(foundWith("size=4k", "bs=8k")).toEqual([
      "3: size 4096 is smaller than the smallest block, 8192",
    ]);
  });
});

describe("bsrange", () => {
  test("gives the ends, in whatever order, for each direction", () => {
    const job = jobWith("bsrange=16k-4k,8k:8k");
    expect(job.readSizes).toEqual([{ minBytes: 4096, maxBytes: 16384, percent: 100 }]);
    expect(job.writeSizes).toEqual([one(8192)]);
  });

  test("keeps, where a part is empty, what a line above it or bs said", () => {
    const job = jobWith("bs=2k", "bsrange=4k-8k,");
    expect([job.readSizes, job.writeSizes]).toEqual([
      [{ ...one(4096), maxBytes: 8192 }],
      [one(2048)],
    ]);
    const both = jobWith("bsrange=1k-2k", "bsrange=,4k-8k");
    expect(both.readSizes).toEqual([{ ...one(1024), maxBytes: 2048 }]);
    expect(both.writeSizes).toEqual([{ ...one(4096), maxBytes: 8192 }]);
  });

  test.each(["4k", "4k-8k-16k", "4k-x", "0-4k", ","])("%s is refused", (text) => {
    expect(foundWith(`bsrange=${text}`)).toHaveLength(1);
  });
});

describe("bssplit", () => {
  test.each([
    ["4k/60:64k/40", [one(4096, 60), one(65536, 40)]],
    ["4k", [one(4096, 100)]],
    ["4k/50:8k:16k", [one(4096, 50), one(8192, 25), one(16384, 25)]],
    ["4k/50:8k/:16k/0", [one(4096, 50), one(8192, 25), one(16384, 25)]],
    ["4k:8k:16k", [one(4096, 33), one(8192, 33), one(16384, 34)]],
    ["4k/60:8k:16k:32k", [one(4096, 61), one(8192, 13), one(16384, 13), one(32768, 13)]],
  ])("%s", (text, shares) => {
    expect(jobWith(`bssplit=${text}`).readSizes).toEqual(shares);
  });

  test("takes reads and writes apart", () => {
    const job = jobWith("bssplit=4k/100,8k/50:16k/50");
    expect([job.readSizes.length, job.writeSizes.length]).toEqual([1, 2]);
  });

  test.each([
    ["4k/60:8k/20", "the percentages add up to 80"],
    ["4k/60:8k/60", "the percentages add up to 120"],
    ["4k/100:8k", "the percentages add up to 100 and 1 sizes have none"],
    ["4k/33.3:8k", '"4k/33.3": the percentage is no whole number up to 100'],
    ["4k/200", '"4k/200": the percentage is no whole number up to 100'],
    [":", '"" is not a whole number'],
  ])("%s is refused", (text, why) => {
    expect(foundWith(`bssplit=${text}`)).toEqual([`3: bssplit: ${why}`]);
  });
});

describe("blockalign", () => {
  test("turns the random map off when it is not the block size, for random I/O only", () => {
    expect(jobWith("rw=randread", "ba=512")).toMatchObject({
      blockAlignBytes: 512,
      norandommap: true,
    });
    expect(jobWith("rw=randread", "blockalign=4k")).toMatchObject({
      blockAlignBytes: 0,
      norandommap: false,
    });
    expect(jobWith("rw=read", "ba=512").blockAlignBytes).toBe(0);
  });
});

describe("fio reads the same", () => {
  const values = ["bs=8k,", "bs=,8k", "bs=,,8k", "bs=8k,,2k", "bs=8k,16k,", "bs=8k-", "bs=8k"];
  values.push("bsrange=4k-8k,", "bsrange=,4k-8k", "bssplit=4k/50:8k/50,", "bssplit=,4k/50:8k/50");
  const sections = values.map((value, i) => `[j${i}]\n${value}\n`).join("");
  const text = `[global]\nioengine=null\nrw=randrw\nsize=64k\nstonewall\nbs=1k,2k\n${sections}`;

  testNeeding("fio", values.join(" "), () => {
    const { stdout } = spawnSync("fio", ["-"], { input: text, encoding: "utf8" });
    const sizes = /bs=\(R\) (\S+)-(\S+), \(W\) (\S+)-(\S+),/g;
    const theirs = [...stdout.matchAll(sizes)].map((found) => found.slice(1).map(bytesOf));
    const ours = read(text).groups.map(({ jobs: [job] }) =>
      [job?.readSizes ?? [], job?.writeSizes ?? []].flatMap((sizes) => [
        Math.min(...sizes.map(({ minBytes }) => minBytes)),
        Math.max(...sizes.map(({ maxBytes }) => maxBytes)),
      ]),
    );
    expect(theirs).toHaveLength(values.length);
    expect(ours).toEqual(theirs);
  });
});

/** `8192B`, `16.0KiB`. */
function bytesOf(text: string): number {
  return Number.parseFloat(text) * (text.endsWith("KiB") ? 1024 : 1);
}
