import { describe, expect, test } from "vitest";
import { type RunFlags, readFlags } from "../../loadgen/flags.ts";
import type { Problem } from "../../src/scenario/problem.ts";

function read(flags: Partial<RunFlags>) {
  const problems: Problem[] = [];
  const asked = readFlags({ executor: "threads", outputFormat: "normal", ...flags }, problems);
  return { ...asked, problems };
}

describe("the machine's flags", () => {
  test("none asks for nothing", () => {
    const { machine, problems } = read({});
    expect(Object.values(machine).filter((value) => value !== undefined)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test.each<[Partial<RunFlags>, object]>([
    [{ scheme: "exact" }, { scheme: "exact", sync: "none" }],
    [{ scheme: "mapcount+barrier" }, { scheme: "mapcount", sync: "barrier" }],
    [{ scheme: "bias+lock-post" }, { scheme: "bias", sync: "lock-post" }],
    [{ scheme: "lru-count+none" }, { scheme: "lru-count", sync: "none" }],
    [{ onPinned: "wait" }, { onPinned: { background: "wait", fsync: "wait" } }],
    [{ onPinned: "skip/bounce" }, { onPinned: { background: "skip", fsync: "bounce" } }],
    [{ variant: "drop-G6" }, { variant: "drop-G6" }],
    [{ testAt: "before-mkclean" }, { testAt: "before-mkclean" }],
    [{ recheck: "under-lock" }, { recheck: "under-lock" }],
    [{ tlb: "broadcast" }, { tlb: "broadcast" }],
    [{ stablePages: "no" }, { stablePages: false }],
    [{ stablePages: "yes" }, { stablePages: true }],
  ])("%j", (flags, machine) => {
    const { problems, machine: asked } = read(flags);
    expect(problems).toEqual([]);
    expect(asked).toMatchObject(machine);
  });

  test.each<[Partial<RunFlags>, string, RegExp]>([
    [{ scheme: "bais" }, "--scheme", /^did you mean bias\? COUNT or COUNT\+SYNC/],
    [{ scheme: "bias+lock+barrier" }, "--scheme", /COUNT\+SYNC/],
    [{ scheme: "" }, "--scheme", /COUNT\+SYNC/],
    [{ onPinned: "skip/" }, "--on-pinned", /BACKGROUND\/FSYNC/],
    [{ onPinned: "bounce/skip/wait" }, "--on-pinned", /skip, bounce, wait, ignore/],
    [{ variant: "drop-g1" }, "--variant", /^did you mean drop-G1\?/],
    [{ testAt: "after" }, "--test-at", /after-set-writeback/],
    [{ recheck: "lock" }, "--recheck", /under-lock/],
    [{ tlb: "ipis" }, "--tlb", /^did you mean ipi\?/],
    [{ stablePages: "true" }, "--stable-pages", /yes or no/],
  ])("%j is refused at its flag", (flags, where, accepted) => {
    const { problems } = read(flags);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ where, accepted: expect.stringMatching(accepted) });
  });
});

describe("times", () => {
  test.each([
    ["10", 10_000],
    ["0.5", 500],
    ["500ms", 500],
    ["2m", 120_000],
  ])("--duration %s", (duration, ms) => {
    expect(read({ duration }).run.durationMs).toBe(ms);
  });

  test.each(["", "soon", "1.2.3", "-1s", "25h", "10us"])("--duration %j is refused", (duration) => {
    expect(read({ duration }).problems).toMatchObject([{ where: "--duration" }]);
  });
});
