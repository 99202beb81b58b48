import { describe, expect, test } from "vitest";
import {
  FOLL_FAST_ONLY,
  FOLL_WRITE,
  OP_FAULT,
  OP_PIN_FAST,
  OP_PIN_SLOW,
  OP_UNPIN,
  PG_REFERENCED,
} from "../../../assembly/shared/codes.ts";
import {
  TRACE_OPERATION,
  TRACE_REF_KINDS,
  TRACE_REF_MOD,
  TRACE_REF_MOD_UNLESS,
} from "../../../assembly/shared/trace_layout.ts";
import { takeTraces } from "../../../src/machine/trace.ts";
import type { CountName } from "../../../src/scenario/scenario.ts";
import { COUNTS, Lab } from "../../support/lab.ts";
import { contradictions, race, recordedLab, refsDuring } from "../../support/tracing.ts";

/** One fast pin of one page by so many; then its unpin. The page is mapped: one reference. */
const SMALL: Record<CountName, [pin: string[], unpin: string[]]> = {
  refcount: [["mod_unless +1 → 2 ret=1"], ["mod_and_test -1 → 1 ret=0"]],
  "lru-count": [["mod_unless +1 → 2 ret=1"], ["mod_and_test -1 → 1 ret=0"]],
  mapcount: [["mod_unless +1 → 2 ret=1"], ["mod_and_test -1 → 1 ret=0"]],
  bias: [["mod_unless +1024 → 1025 ret=1"], ["mod_and_test -1024 → 1 ret=0"]],
  hybrid: [["mod_unless +1 → 2 ret=1", "mod +1023 → 1025"], ["mod_and_test -1024 → 1 ret=0"]],
  exact: [["mod_unless +1 → 2 ret=1"], ["mod_and_test -1 → 1 ret=0"]],
  "exact-side": [["mod_unless +1 → 2 ret=1"], ["mod_and_test -1 → 1 ret=0"]],
};

/** Three pages of a huge page, mapped by a PMD: one reference; mapcount gives its grab back. */
const LARGE: Record<CountName, [pin: string[], unpin: string[]]> = {
  refcount: [["mod_unless +3 → 4 ret=1"], ["mod_and_test -3 → 1 ret=0"]],
  "lru-count": [["mod_unless +3 → 4 ret=1"], ["mod_and_test -3 → 1 ret=0"]],
  mapcount: [["mod_unless +3 → 4 ret=1", "mod_and_test -3 → 1 ret=0"], []],
  bias: [["mod_unless +3072 → 3073 ret=1"], ["mod_and_test -3072 → 1 ret=0"]],
  hybrid: [["mod_unless +3 → 4 ret=1"], ["mod_and_test -3 → 1 ret=0"]],
  exact: [["mod_unless +3 → 4 ret=1"], ["mod_and_test -3 → 1 ret=0"]],
  "exact-side": [["mod_unless +3 → 4 ret=1"], ["mod_and_test -3 → 1 ret=0"]],
};

describe.each(COUNTS)("page_ref events of a pin and its unpin (%s)", (scheme) => {
  test.each([
    { what: "small page", order: 0, count: 1, events: SMALL[scheme] },
    { what: "huge page", order: 9, count: 3, events: LARGE[scheme] },
  ])("$what, fast", ({ order, count, events }) => {
    const lab = recordedLab({ scheme, pages: 1200 });
    const vpn = lab.map(2 ** order, { order });
    const page = lab.mapped(vpn);
    expect(refsDuring(lab, () => lab.pin(vpn, count, FOLL_WRITE | FOLL_FAST_ONLY))).toEqual(
      events[0],
    );
    if (events[1].length === 0) return;
    const unpin = () => lab.core.unpinUserPages(lab.cpu(), lab.arena(), count);
    expect(refsDuring(lab, unpin)).toEqual(events[1]);
    expect(lab.refcount(page)).toBe(1);
  });

  test("the slow path holds the page and adds without a test", () => {
    const lab = recordedLab({ scheme });
    const vpn = lab.map(1);
    const steps: number = scheme === "bias" || scheme === "hybrid" ? 1024 : 1;
    const pin = () => lab.core.pinUserPages(lab.cpu(), lab.mm(), vpn, 1, 0, lab.arena());
    expect(refsDuring(lab, () => pin())).toEqual([`mod +${steps} → ${steps + 1}`]);
  });
});

describe("page_ref events of the rest", () => {
  test("a fault sets the count, maps, and drops its own reference; munmap frees", () => {
    const lab = recordedLab();
    let vpn = 0;
    const map = () => {
      vpn = lab.map(1);
    };
    expect(refsDuring(lab, map)).toEqual(["set +1 → 1", "mod +1 → 2", "mod_and_test -1 → 1 ret=0"]);
    const unmap = () => lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
    expect(refsDuring(lab, unmap)).toEqual(["mod_and_test -1 → 0 ret=1"]);
  });

  test("a free page refuses: the event that tells so changes nothing", () => {
    const lab = recordedLab();
    const free = lab.page(lab.machine.plan.pages - 1);
    const get = () => lab.core.tryGetFolio(lab.cpu(), free, 1);
    expect(refsDuring(lab, get)).toEqual(["mod_unless +1 → 0 ret=0"]);
  });

  test("events in the fast path are marked: interrupts are off there and nowhere else", () => {
    const lab = recordedLab({ scheme: "hybrid" });
    const vpn = lab.map(1);
    takeTraces(lab.machine);
    lab.pin(vpn, 1, FOLL_WRITE);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    const [trace] = takeTraces(lab.machine);
    const { events } = trace ?? { events: undefined };
    const marked: [number, boolean][] = [];
    for (let i = 0; i < (events?.length ?? 0); i++) {
      const kind = events?.kind(i) ?? 0;
      if (kind < TRACE_REF_KINDS) marked.push([kind, events?.hasIrqsOff(i) ?? false]);
    }
    expect(marked.map(([, off]) => off)).toEqual([true, true, false]);
    expect(marked.slice(0, 2).map(([kind]) => kind)).toEqual([TRACE_REF_MOD_UNLESS, TRACE_REF_MOD]);
  });

  test.each([
    { rules: "5.0", order: 0, mapcount: 1 },
    { rules: "5.7", order: 9, mapcount: 1 },
    { rules: "6.13", order: 0, mapcount: 0 },
    { rules: "6.13", order: 9, mapcount: -1 },
  ] as const)("mapcount of order $order as rules $rules print it", ({ rules, order, mapcount }) => {
    const lab = recordedLab({ rules, pages: 1200 });
    const vpn = lab.map(2 ** order, { order });
    takeTraces(lab.machine);
    lab.pin(vpn, 1, FOLL_WRITE);
    const ref = takeTraces(lab.machine)[0]?.events.ref(0);
    expect(ref).toMatchObject({ mapcount, pfn: lab.pfn(lab.mapped(vpn)), mapping: lab.mm() | 1 });
    expect(lab.flags(lab.mapped(vpn)) | PG_REFERENCED).toBe((ref?.flags ?? 0) | PG_REFERENCED);
  });
});

describe("operations", () => {
  test("a fast pin that falls back holds its slow part, which holds its fault", () => {
    const lab = recordedLab();
    const vpn = lab.map(2, { populate: false });
    takeTraces(lab.machine);
    expect(lab.pin(vpn, 2, FOLL_WRITE)).toBe(2);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 2);
    const events = takeTraces(lab.machine)[0]?.events;
    const found: { op: number; asked: number; result: number; from: number; to: number }[] = [];
    for (let i = 0; i < (events?.length ?? 0); i++) {
      if (events?.kind(i) !== TRACE_OPERATION) continue;
      const { op, asked, result, durationNs } = events.operation(i);
      const from = events.timeNs(i);
      found.push({ op, asked, result, from, to: from + durationNs });
    }
    expect(found.map(({ op }) => op)).toEqual([
      OP_FAULT,
      OP_FAULT,
      OP_PIN_SLOW,
      OP_PIN_FAST,
      OP_UNPIN,
    ]);
    const [fault, , slow, fast, unpin] = found;
    expect(slow).toMatchObject({ asked: 2, result: 2 });
    expect(fast).toMatchObject({ asked: 2, result: 2 });
    expect(unpin).toMatchObject({ asked: 2, result: 2 });
    expect(slow?.from).toBeLessThanOrEqual(fault?.from ?? 0);
    expect(fast?.from).toBeLessThanOrEqual(slow?.from ?? 0);
    expect((fast?.to ?? 0) + 1).toBeGreaterThanOrEqual(slow?.to ?? 0);
    expect((unpin?.from ?? 0) + 1).toBeGreaterThanOrEqual(fast?.to ?? 0);
  });

  test("an error is the operation's result", () => {
    const lab = recordedLab();
    takeTraces(lab.machine);
    const got = lab.pin(700, 1);
    const events = takeTraces(lab.machine)[0]?.events;
    expect(got).toBe(-14);
    const last = (events?.length ?? 0) - 1;
    expect(events?.operation(last)).toMatchObject({ op: OP_PIN_FAST, vpn: 700, result: got });
  });
});

describe("the ring", () => {
  test("keeps the newest, in order, and counts what was ever written", () => {
    const lab = recordedLab({ scheme: "bias", traceEvents: 16 });
    const vpn = lab.map(1);
    takeTraces(lab.machine);
    for (let i = 0; i < 10; i++) {
      lab.pin(vpn, 1, FOLL_WRITE);
      lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    }
    const [trace] = takeTraces(lab.machine);
    expect(trace).toMatchObject({ written: 40, writtenRefs: 20 });
    expect(trace?.events.length).toBe(16);
    const kinds = Array.from({ length: 16 }, (_, i) => trace?.events.kind(i));
    expect(kinds).toEqual(Array(4).fill([TRACE_REF_MOD_UNLESS, 4, 2, 4]).flat());
    expect(takeTraces(lab.machine)[0]).toMatchObject({ written: 0, writtenRefs: 0 });
  });

  test("each CPU writes its own", () => {
    const lab = recordedLab();
    const vpn = lab.map(1);
    takeTraces(lab.machine);
    lab.core.pinUserPagesFast(lab.cpu(1), lab.mm(), vpn, 1, FOLL_WRITE, lab.arena(1));
    expect(takeTraces(lab.machine).map(({ written }) => written)).toEqual([0, 2]);
  });

  test("without rings nothing is written", () => {
    const lab = new Lab({ build: "recorded" });
    const vpn = lab.map(1);
    expect(lab.pin(vpn, 1, FOLL_WRITE)).toBe(1);
    expect(takeTraces(lab.machine).map(({ written }) => written)).toEqual([0, 0]);
  });
});

describe("the events replay the machine", () => {
  test.each(COUNTS)("%s: real threads on the same pages", async (scheme) => {
    const lab = recordedLab({ scheme, pages: 1200, traceEvents: 2 ** 17 });
    const small = lab.map(3);
    const large = lab.map(512, { order: 9 });
    await race(lab, { vpn: small, pages: 3, rounds: 2000 });
    await race(lab, { vpn: large, pages: 2, rounds: 2000 });
    lab.core.munmapRegion(lab.cpu(), lab.mm(), large, 512);
    const traces = takeTraces(lab.machine);
    for (const { written, events } of traces) expect(written).toBe(events.length);
    const countNow = (pfn: number) => lab.refcount(lab.page(pfn));
    expect(contradictions(traces, countNow)).toEqual([]);
    // The replay can tell: a count that is one off does not add up.
    const mapped = lab.pfn(lab.mapped(small));
    const oneMore = (pfn: number) => countNow(pfn) + (pfn === mapped ? 1 : 0);
    expect(contradictions(traces, oneMore)).toHaveLength(2);
  });
});
