import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { Bench } from "../../support/kernel_command.ts";
import { testNeeding } from "../../support/needs.ts";
import { ROOT } from "../../tidy/project_files.ts";

/**
 * The kernel's counters are the whole machine's: whatever does direct I/O stands in this file,
 * whose tests run one after the other.
 */
let bench: Bench;

beforeAll(() => {
  bench = new Bench();
});
afterEach(() => {
  expect(bench.left()).toEqual([]);
});
afterAll(() => bench.remove());

const GLOBAL = "[global]\ndirect=1\nrw=randread\nsize=4m\n";

/** Pins per I/O of a job that the kernel and the emulator count alike. */
function pinsPerIo(options: string): number | null {
  const { status, json, stderr } = bench.compared(`${GLOBAL}[j]\n${options}\n`);
  expect(status, `${json.verdict.text} ${stderr}`).toBe(0);
  expect(json.kernel.ios).toBe(json.emulator.ios);
  expect(json.kernel.pins_released).toBe(json.kernel.pins_acquired);
  expect(json.emulator.pins_released).toBe(json.emulator.pins_acquired);
  return json.kernel.pins_per_io;
}

/** Pins per I/O of jobs that run one after the other, by the emulator; the totals agree. */
function eachPinsPerIo(jobs: readonly string[]): (number | null)[] {
  const { status, json } = bench.compared(`${GLOBAL}stonewall\n${jobs.join("\n")}\n`);
  expect(status, json.verdict.text).toBe(0);
  expect(json.kernel.ios).toBe(json.emulator.ios);
  return json.jobs.map(({ emulator }) => emulator.pins_per_io);
}

describe("what Linux pins an I/O, and the emulator too", () => {
  const engines = ["psync", "sync", "vsync", "pvsync", "posixaio", "libaio", "io_uring"];
  testNeeding("kernel-pins", `4k: one page, with ${engines.join(", ")}`, () => {
    const jobs = engines.map((engine) => `[${engine}]\nioengine=${engine}\nsize=1m\nstonewall\n`);
    const { status, json } = bench.compared(`${GLOBAL}bs=4k\n${jobs.join("")}`);
    expect(status, json.verdict.text).toBe(0);
    expect(json.kernel).toMatchObject({ ios: 7 * 256, pins_acquired: 7 * 256, pins_per_io: 1 });
    expect(json.jobs.map(({ emulator }) => emulator.pins_per_io)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  testNeeding("kernel-pins", "128k: 32, read or written; 1m: 256; 4m: 1024", () => {
    const jobs = [
      "[a]\nbs=128k",
      "[b]\nbs=128k\nrw=write\nioengine=libaio\niodepth=4",
      "[c]\nbs=1m",
      "[d]\nbs=4m\nsize=16m",
    ];
    expect(eachPinsPerIo(jobs)).toEqual([32, 32, 256, 1024]);
  });

  testNeeding("kernel-pins", "misaligned: one page more", () => {
    const jobs = ["[a]\nbs=4k\niomem_align=512", "[b]\nbs=1m\niomem_align=512\nsize=16m"];
    expect(eachPinsPerIo(jobs)).toEqual([2, 257]);
  });

  testNeeding("kernel-pins", "buffered: none", () => {
    expect(pinsPerIo("bs=4k\ndirect=0")).toBe(0);
  });

  testNeeding("kernel-pins", "2k misaligned, four in flight: 1.5 on average", () => {
    const pins = pinsPerIo("bs=2k\niomem_align=512\nioengine=libaio\niodepth=4");
    expect(pins).toBeCloseTo(1.5, 1);
  });

  testNeeding("kernel-pins", "fixed buffers: one a buffer, not one an I/O", () => {
    const options = "bs=4k\nioengine=io_uring\nfixedbufs\niodepth=16";
    const { status, json } = bench.compared(`${GLOBAL}[j]\n${options}\n`);
    expect(status, json.verdict.text).toBe(0);
    expect(json.kernel).toMatchObject({ ios: 1024, pins_acquired: 16, pins_released: 16 });
    expect(json.emulator).toMatchObject({ ios: 1024, pins_acquired: 16, pins_released: 16 });
  });
});

describe("jobs whose I/Os nobody can foretell", () => {
  testNeeding("kernel-pins", "a mix of sizes through a random map", () => {
    const options = "bssplit=4k/60:16k/30:64k/10\nrw=randrw\nrwmixread=70\nioengine=io_uring";
    const pins = pinsPerIo(`${options}\niodepth=8\nsize=8m`);
    expect(pins).toBeGreaterThan(1);
  });

  testNeeding("kernel-pins", "two jobs at once, one of them with clones, for a time", () => {
    const jobs = [
      "[readers]\nbs=4k\nioengine=libaio\niodepth=16\nnumjobs=2\ntime_based\nruntime=300ms",
      "[log]\nrw=write\nbs=8k\nnumber_ios=200",
    ];
    const { status, json } = bench.compared(`${GLOBAL}${jobs.join("\n")}\n`);
    expect(status, json.verdict.text).toBe(0);
    const [readers, log] = json.jobs;
    expect(log?.emulator).toMatchObject({ ios: 200, pins_acquired: 400 });
    expect(readers?.emulator.pins_per_io).toBe(1);
    expect(json.kernel.pins_acquired).toBe((readers?.emulator.ios ?? 0) + 400);
  });

  testNeeding("kernel-pins", "half of the file through the page cache, half past it", () => {
    const jobs = "[cached]\ndirect=0\nrw=randwrite\n[direct]\nrw=randwrite\n";
    const { status, json } = bench.compared(`${GLOBAL}bs=4k\n${jobs}`);
    expect(status, json.verdict.text).toBe(0);
    expect(json.kernel).toMatchObject({ ios: 2048, pins_acquired: 1024 });
  });
});

describe("buffers in the pages of a file", () => {
  testNeeding("kernel-pins", "direct I/O pins them like any other", () => {
    expect(pinsPerIo("bs=4k\nmem=mmapshared:/data")).toBe(1);
  });

  testNeeding("kernel-pins", "as fixed buffers those of a file in memory are pinned", () => {
    const options = "bs=4k\nioengine=io_uring\nfixedbufs\niodepth=16\nmem=mmapshared:/dev/shm/data";
    expect(pinsPerIo(options)).toBe(16 / 1024);
  });

  testNeeding("kernel-pins", "as fixed buffers both refuse them, written or read", () => {
    const options = "bs=4k\nioengine=io_uring\nfixedbufs\niodepth=16\nmem=mmapshared:/data";
    const { status, json } = bench.compared(`${GLOBAL}[j]\n${options}\n`);
    expect(json.verdict.kind, json.verdict.text).toBe("both-refuse");
    expect(json.verdict.text).toContain("both refuse to pin the buffers of j");
    expect([json.kernel.pins_acquired, json.emulator.pins_acquired, status]).toEqual([0, 0, 0]);
    // fio fills what it will write: the fast path finds a page, pins it and thinks better of it.
    const written = bench.compared(`${GLOBAL}[j]\n${options}\nrw=randwrite\n`);
    expect(written.json.verdict.kind, written.json.verdict.text).toBe("both-refuse");
    expect(written.json.kernel.pins_acquired).toBe(written.json.emulator.pins_acquired);
  });
});

const NR_HUGEPAGES = "/proc/sys/vm/nr_hugepages";

/** Runs with `count` more huge pages reserved, as far as the machine has them. */
function withHugePages<T>(count: number, run: () => T): T {
  const before = Number(readFileSync(NR_HUGEPAGES, "utf8"));
  writeFileSync(NR_HUGEPAGES, `${before + count}`);
  try {
    return run();
  } finally {
    writeFileSync(NR_HUGEPAGES, `${before}`);
  }
}

describe("the examples", () => {
  const folder = join(ROOT, "examples");
  const names = readdirSync(folder).filter((name) => name.endsWith(".fio"));
  for (const name of names) {
    testNeeding("kernel-pins", `${name}, smaller and shorter`, () => {
      const text = readFileSync(join(folder, name), "utf8");
      const small = text.replace(/^size=.*$/m, "size=8m").replace(/^runtime=.*$/m, "runtime=300ms");
      const reserved = name === "hugepages.fio" ? 16 : 0;
      const { status, stderr, stdout } = withHugePages(reserved, () => bench.kernel(small));
      if (name === "rdma-write.fio") {
        expect(stderr).toContain("needs an RDMA card and a peer");
        expect(status).toBe(104);
      } else if (stderr.includes("huge pages of 2 MiB")) {
        // The machine's memory is too scattered to reserve as many.
        expect([name, status]).toEqual(["hugepages.fio", 98]);
      } else {
        expect(status, `${stdout}${stderr}`).toBe(0);
        expect(stdout).toContain("The kernel and the emulator agree");
      }
    });
  }
});
