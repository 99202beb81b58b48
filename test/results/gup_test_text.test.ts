import { describe, expect, test } from "vitest";
import type { GupPass, GupPassesDone } from "../../src/machine/gup_passes.ts";
import { gupTestText } from "../../src/results/gup_test_text.ts";
import type { JobRecord } from "../../src/results/record.ts";
import type { GupPasses } from "../../src/scenario/scenario.ts";
import { jobRecord, runRecord } from "./fixture.ts";

const PASS: GupPass = {
  getNs: 14_391_900,
  putNs: 10_858_000,
  walkedPages: 256,
  unpinned: undefined,
};

function thread(
  change: Partial<GupPasses> = {},
  done: Partial<GupPassesDone> = {},
  more: Partial<JobRecord> = {},
): JobRecord {
  const base = jobRecord();
  const passes: GupPasses = {
    call: "pin-longterm",
    gupFlags: 1,
    repeats: 1,
    shared: false,
    hugetlb: false,
    touchFirst: true,
    dump: [],
    ...change,
  };
  return {
    ...base,
    job: { ...base.job, pattern: "gup_test", bufferPages: 256, passes },
    passes: { passes: [PASS], dumps: [], unpinnedPage: undefined, ...done },
    ...more,
  };
}

const textOf = (...jobs: JobRecord[]) => gupTestText(runRecord({ jobs })).split("\n");

describe("the selftest's lines", () => {
  test("of a benchmark, as Linux 6.15 printed them", () => {
    expect(textOf(thread())).toEqual([
      "TAP version 13",
      "1..1",
      "# PIN_LONGTERM_BENCHMARK: Time: get:14391 put:10858 us# ",
      "ok 1 ioctl status 0",
      "# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0",
      "",
    ]);
  });

  test("of a pass that was cut short, with the size it came to", () => {
    const passes = [{ ...PASS, walkedPages: 3 }];
    expect(textOf(thread({}, { passes }))[2]).toMatch(
      /put:10858 us# , truncated \(size: 12288\)# $/,
    );
    expect(textOf(thread({ call: "gup-basic" }, { passes })).slice(2, 4)).toEqual([
      "# GUP_BASIC_TEST: done",
      "# Truncated (size: 12288)",
    ]);
  });

  test("of several threads and repeats: a line a pass, a test a thread", () => {
    const two = thread({ call: "pin-fast", repeats: 2 }, { passes: [PASS, PASS] });
    const lines = textOf(two, thread({ call: "gup-fast" }), thread({ call: "pin-basic" }));
    expect(lines[1]).toBe("1..3");
    const kinds = lines.map((line) => line.replace(/:.*/, ""));
    expect(kinds.slice(2, 9)).toEqual([
      "# PIN_FAST_BENCHMARK",
      "# PIN_FAST_BENCHMARK",
      "ok 1 ioctl status 0",
      "# GUP_FAST_BENCHMARK",
      "ok 2 ioctl status 0",
      "# PIN_BASIC_TEST",
      "ok 3 ioctl status 0",
    ]);
  });

  test("of a thread that failed or was stopped before its last pass", () => {
    const lines = textOf(thread({}, {}, { error: 12 }), thread({ repeats: 2 }), thread());
    expect(lines.filter((line) => line.includes("ok"))).toEqual([
      "not ok 1 ioctl status -1",
      "not ok 2 ioctl status -1",
      "ok 3 ioctl status 0",
    ]);
    expect(lines.at(-2)).toBe("# Totals: pass:1 fail:2 xfail:0 xpass:0 skip:0 error:0");
  });
});

describe("dumped pages", () => {
  /** refcount 1025, mapcount 1, anonymous, flags referenced|uptodate|swapbacked. */
  const page = new Int32Array(16);
  page.set([0x2000c], 0);
  page.set([4097], 6);
  page.set([0x40002], 8);
  page.set([0, 1025], 12);
  const folio = new Int32Array(32);
  folio.set(page);
  const small = { pfn: 19, headPfn: 19, page, folio };

  test("stand before `done`, each below its number, out of range ones as in the kernel", () => {
    const lines = textOf(
      thread({ call: "dump-get", dump: [2, 999] }, { dumps: [small, undefined] }),
    );
    expect(lines.slice(2, -2)).toEqual([
      "# ---- page #2, starting from user virt addr: 0x40000000",
      "# page: refcount:1025 mapcount:1 mapping:0000000000000000 index:0x40002 pfn:0x13",
      "# anon flags: 0x2000c(referenced|uptodate|swapbacked)",
      "# page dumped because: gup_test: dump_pages() test",
      "# ZEROING due to out of range: .which_pages[1]: 1000",
      "# DUMP_USER_PAGES_TEST: done",
      "ok 1 ioctl status 0",
    ]);
  });

  test("of a huge page have the head's counts", () => {
    const head = Int32Array.from(folio);
    head.set([0x2004c], 0);
    head.set([513, -1], 13);
    head.set([0x809], 16);
    head.set([0, 0, 0, 512], 20);
    const tail = new Int32Array(16);
    tail.set([-1], 12);
    const huge = { pfn: 531, headPfn: 512, page: tail, folio: head };
    const lines = textOf(thread({ call: "dump-pin", dump: [19] }, { dumps: [huge] }));
    expect(lines.slice(3, 6)).toEqual([
      "# page: refcount:513 mapcount:1 mapping:0000000000000000 index:0x40015 pfn:0x213",
      "# head: order:9 mapcount:1 entire_mapcount:1 nr_pages_mapped:0 pincount:512",
      "# anon flags: 0x2004c(referenced|uptodate|head|swapbacked)",
    ]);
  });

  test("follow the kernel's warning of a page that is not pinned", () => {
    const passes = [{ ...PASS, unpinned: 7 }];
    const lines = textOf(thread({}, { passes, unpinnedPage: small }));
    expect(lines[2]).toBe("# pages[7] is NOT dma-pinned");
    expect(lines[5]).toBe("# page dumped because: gup_test failure");
    expect(lines[6]).toMatch(/^# PIN_LONGTERM_BENCHMARK/);
  });
});
