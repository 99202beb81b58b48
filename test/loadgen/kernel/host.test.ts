import { describe, expect, test } from "vitest";
import { type HostFacts, missingFrom } from "../../../loadgen/kernel/host.ts";
import { missingHugePages } from "../../../loadgen/kernel/huge_pages.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";

const GOOD: HostFacts = {
  platform: "linux",
  uid: 0,
  vmstat: "nr_foll_pin_acquired 7\nnr_foll_pin_released 5\n",
  fio: { answer: "fio-3.33" },
};

describe("what is missing is said, one message each", () => {
  test.each<[string, Partial<HostFacts>, string]>([
    ["another system", { platform: "darwin" }, "this computer runs darwin"],
    ["no root", { uid: 1000 }, "root is needed"],
    ["no /proc", { vmstat: undefined }, "/proc/vmstat cannot be read"],
    ["an old kernel", { vmstat: "nr_free_pages 1\n" }, "needs Linux 5.7 or newer"],
    ["no fio", { fio: { fault: "no fio is on the PATH" } }, "no fio is on the PATH"],
    ["an old fio", { fio: { answer: "fio-3.30" } }, "fio 3.31 or newer is needed"],
    ["a very old fio", { fio: { answer: "fio-2.99" } }, "fio-2.99 was found"],
    ["no fio at all", { fio: { answer: "usage: fio" } }, 'answered "usage: fio"'],
  ])("%s", (_, change, message) => {
    const missing = missingFrom({ ...GOOD, ...change });
    expect(missing).toHaveLength(1);
    expect(missing[0]).toContain(message);
  });

  test("nothing", () => {
    expect(missingFrom(GOOD)).toEqual([]);
    expect(missingFrom({ ...GOOD, fio: { answer: "fio-4.0" } })).toEqual([]);
  });

  test("everything at once", () => {
    const poor = { ...GOOD, uid: 1, vmstat: undefined, fio: { fault: "none" } };
    expect(missingFrom(poor)).toHaveLength(3);
  });
});

describe("huge pages", () => {
  const job = { ...DEFAULT_JOB, folioOrder: 9, bufferBytes: 2 << 20, iodepth: 4 };
  const thread = (group: number) => ({ section: "", name: "", job, group, log: "" });
  const meminfo = (free: number, reserved: number) =>
    `HugePages_Free:      ${free}\nHugePages_Rsvd:        ${reserved}\n`;

  test("the largest group counts, and what is reserved is not free", () => {
    const threads = [thread(0), thread(0), thread(1)];
    expect(missingHugePages(threads, meminfo(10, 0))).toBeUndefined();
    expect(missingHugePages(threads, meminfo(10, 1))).toContain("need 10 huge pages");
    expect(missingHugePages(threads, "")).toContain("0 are free");
  });

  test("other jobs need none", () => {
    const plain = { ...thread(0), job: DEFAULT_JOB };
    expect(missingHugePages([plain], meminfo(0, 0))).toBeUndefined();
  });
});
