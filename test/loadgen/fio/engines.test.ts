import { describe, expect, test } from "vitest";
import { foundWith, jobWith, problemsIn, read } from "./reading.ts";

const SYNCHRONOUS = ["psync", "sync", "vsync", "pvsync", "pvsync2"];
const QUEUED = ["libaio", "io_uring", "posixaio"];

describe("the ioengine decides the pattern", () => {
  test.each([...SYNCHRONOUS, ...QUEUED])("%s pins with direct=1 only", (engine) => {
    expect(jobWith(`ioengine=${engine}`, "direct=1").pattern).toBe("direct_io");
    expect(jobWith(`ioengine=${engine}`).pattern).toBe("buffered_io");
  });

  test.each(["mmap", "null"])("%s pins nothing, and a note says so", (engine) => {
    const { groups, notes } = read(`[j]\nsize=1m\ndirect=1\nioengine=${engine}\n`);
    expect(groups[0]?.jobs[0]?.pattern).toBe("buffered_io");
    expect(notes).toEqual([`job j: ioengine=${engine} pins nothing`]);
  });

  test("io_uring with fixedbufs registers its buffers", () => {
    expect(jobWith("ioengine=io_uring", "fixedbufs", "direct=1").pattern).toBe("fixed_buffers");
    expect(jobWith("fixedbufs=1", "ioengine=io_uring").pattern).toBe("fixed_buffers");
    expect(jobWith("fixedbufs=0", "ioengine=io_uring").pattern).toBe("buffered_io");
  });

  test("rdma registers memory regions for the whole run", () => {
    const job = jobWith("ioengine=rdma", "hostname=h", "port=7", "verb=send", "rw=write");
    expect([job.pattern, job.lifetimeMs]).toEqual(["rdma_mr", 0]);
    expect(jobWith("ioengine=rdma", "port=7").pattern).toBe("rdma_mr");
  });

  test("the default is psync without direct", () => {
    expect(jobWith()).toMatchObject({ ioengine: "psync", pattern: "buffered_io" });
  });
});

describe("refused engines", () => {
  test.each([
    ["net", "sockets and pipes are not modelled"],
    ["sg", "a passthrough command maps its buffers outside the paths modelled here"],
    ["windowsaio", "it is an engine of another operating system"],
    ["external:/some/engine.so", "what a loaded library does with its buffers is not known"],
  ])("%s, with the reason", (engine, reason) => {
    expect(foundWith(`ioengine=${engine}`)).toEqual([`3: ioengine=${engine}: ${reason}`]);
  });

  test("and a name that is no engine, with the nearest one", () => {
    expect(foundWith("ioengine=libiao")).toEqual([
      '3: ioengine: no engine "libiao"; did you mean libaio?',
    ]);
  });

  test("in [global] are told once", () => {
    const problems = problemsIn("[global]\nioengine=splice\nsize=1m\n[a]\n[b]\n[c]\n");
    expect(problems).toHaveLength(1);
  });
});

describe("an option of one engine", () => {
  test("needs that engine in its section, as in fio", () => {
    expect(foundWith("fixedbufs")).toEqual(["3: fixedbufs is no option of ioengine=psync"]);
    expect(foundWith("ioengine=libaio", "hostname=x")).toHaveLength(1);
    expect(problemsIn("[global]\nioengine=io_uring\nfixedbufs\n[a]\nsize=1m\n")).toEqual([]);
    const other = "[global]\nioengine=io_uring\nfixedbufs\n[a]\nioengine=libaio\nsize=1m\n";
    expect(read(other).groups[0]?.jobs[0]?.pattern).toBe("buffered_io");
  });
});

describe("an RDMA job", () => {
  test("with placeholders is refused with all of them at once", () => {
    const lines = ["ioengine=rdma", "hostname=[peer]", "port=[a port]", "verb=[read/write]"];
    expect(foundWith(...lines, "rw=write")).toEqual([
      '4: hostname: "[peer]" is a placeholder; fill it in',
      '5: port: "[a port]" is a placeholder; fill it in',
      '6: verb: "[read/write]" is a placeholder; fill it in',
    ]);
  });

  test("needs a port, a peer to write to, and one sequential direction", () => {
    expect(foundWith("ioengine=rdma", "rw=write")).toEqual([
      "3: an RDMA job without a port",
      "3: an RDMA job without a peer",
    ]);
    expect(foundWith("ioengine=rdma", "port=1", "hostname=h", "rw=randrw")).toEqual([
      "6: a random RDMA job",
      "6: an RDMA job that mixes",
    ]);
  });
});

describe("iodepth", () => {
  test.each([...SYNCHRONOUS, "mmap"])("is 1 with %s, and a note says so", (engine) => {
    const { groups, notes } = read(`[j]\nsize=1m\niodepth=16\nioengine=${engine}\n`);
    expect(groups[0]?.jobs[0]?.iodepth).toBe(1);
    expect(notes).toContain(`job j: iodepth=16 is 1: ioengine=${engine} has one I/O in flight`);
  });

  test.each(QUEUED)("is kept with %s", (engine) => {
    expect(jobWith(`ioengine=${engine}`, "iodepth=256").iodepth).toBe(256);
  });
});

describe("memory", () => {
  test.each([
    [["mem=malloc"], 0],
    [["iomem=shm"], 0],
    [["mem=mmapshared"], 0],
    [["mem=mmaphuge"], 9],
    [["mem=shmhuge"], 9],
    [["mem=mmaphuge", "hugepage-size=64k"], 4],
    [["hugepage-size=1g"], 0],
  ])("%j has folios of order %i", (lines, order) => {
    expect(jobWith(...lines).folioOrder).toBe(order);
  });

  test.each(["1g", "3m", "0"])("a huge page of %s is refused", (size) => {
    expect(foundWith("mem=mmaphuge", `hugepage-size=${size}`)).toHaveLength(1);
  });

  test("in the pages of a file: shared ones stay the file's, private ones become anonymous", () => {
    expect(jobWith("mem=mmapshared:/data").bufferFile).toBe("/data");
    expect(jobWith("mem=mmapshared:/data", "mem=malloc").bufferFile).toBeUndefined();
    const { groups, notes } = read("[j]\nsize=1m\ndirect=1\nmem=mmap:/data\n");
    expect(groups[0]?.jobs[0]?.bufferFile).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining("mapped private")]);
  });

  test("in huge pages of files and in devices is refused with the reason", () => {
    expect(foundWith("mem=mmaphuge:/f")[0]).toContain("huge pages of a file are not modelled");
    expect(foundWith("mem=mmapshared:")[0]).toContain("without the name of a file");
    expect(foundWith("mem=cudamalloc")[0]).toContain("device memory is not modelled");
    expect(foundWith("mem=maloc")).toEqual(['3: mem: "maloc"; did you mean malloc?']);
  });

  test("is aligned to where in a page the first buffer lies", () => {
    expect(jobWith("iomem_align=512").memAlignBytes).toBe(512);
    expect(jobWith("mem_align=8k").memAlignBytes).toBe(0);
  });
});
