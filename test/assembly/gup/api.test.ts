import { describe, expect, test } from "vitest";
import {
  EFAULT,
  EINVAL,
  FOLL_FAST_ONLY,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_LONGTERM,
  FOLL_NOFAULT,
  FOLL_PIN,
  FOLL_TOUCH,
  FOLL_WRITE,
  MMF_HAS_PINNED,
  WARN_GUP_FLAGS,
} from "../../../assembly/shared/codes.ts";
import { MM_FLAGS, TASK_SIZE_VPN } from "../../../assembly/shared/layout.ts";
import { COUNTS_OF_LARGE, Lab } from "../../support/lab.ts";

const FULL = ["getUserPages", "getUserPagesFast", "pinUserPages", "pinUserPagesFast"] as const;
const FAST_ONLY = ["getUserPagesFastOnly", "pinUserPagesFastOnly"] as const;
const FAMILY = [...FULL, ...FAST_ONLY];
type Name = (typeof FAMILY)[number];
const FAST: readonly Name[] = ["getUserPagesFast", "pinUserPagesFast"];

function call(lab: Lab, name: Name, vpn: number, count: number, flags: number): number {
  return lab.core[name](lab.cpu(), lab.mm(), vpn, count, flags, lab.arena());
}

describe("flags that make no sense", () => {
  const refused: [Name, string, number][] = FAMILY.flatMap((name) =>
    [
      name.startsWith("pin")
        ? (["GET", FOLL_GET] as const)
        : (["LONGTERM", FOLL_LONGTERM] as const),
      ["PIN, which the call itself sets", FOLL_PIN] as const,
      ["FAST_ONLY, which the call itself sets", FOLL_FAST_ONLY] as const,
      ["another internal flag", FOLL_TOUCH] as const,
      ["an unknown flag", 1 << 30] as const,
    ].map(([what, flags]): [Name, string, number] => [name, what, flags]),
  );

  test.each(refused)("%s with %s: -EINVAL and a warning, nothing touched", (name, _, flags) => {
    const lab = new Lab();
    const vpn = lab.map(1);
    const page = lab.mapped(vpn);
    expect(call(lab, name, vpn, 1, flags | FOLL_WRITE)).toBe(-EINVAL);
    expect(lab.faultCodes).toEqual([WARN_GUP_FLAGS]);
    expect(lab.refcount(page)).toBe(1);
  });
});

describe.each(FULL)("%s", (name) => {
  test("returns addresses of struct page, in order", () => {
    const lab = new Lab();
    const vpn = lab.map(5);
    expect(call(lab, name, vpn, 5, FOLL_WRITE)).toBe(5);
    expect(lab.gathered(5)).toEqual([0, 1, 2, 3, 4].map((i) => lab.mapped(vpn + i)));
  });

  test("faults in what is missing", () => {
    const lab = new Lab();
    const vpn = lab.map(6, { populate: false });
    lab.core.populate(lab.cpu(), lab.mm(), vpn + 2, 1);
    expect(call(lab, name, vpn, 6, FOLL_WRITE)).toBe(6);
    expect(lab.gathered(6)).toEqual([0, 1, 2, 3, 4, 5].map((i) => lab.mapped(vpn + i)));
  });

  test("asked for nothing, does nothing", () => {
    const lab = new Lab();
    expect(call(lab, name, 1024, 0, 0)).toBe(0);
    expect(lab.vmstat.pgfault).toBe(0);
  });

  test("refuses what lies behind the address space", () => {
    const lab = new Lab();
    expect(call(lab, name, TASK_SIZE_VPN - 1, 2, 0)).toBe(-EFAULT);
    expect(call(lab, name, 0xffffffff, 2, 0)).toBe(-EFAULT);
    expect(call(lab, name, 1024, 0xffffffff, 0)).toBe(-EFAULT);
    expect(lab.faultCodes).toEqual([]);
  });

  test("marks the address space as having had pins if, and only if, it pins", () => {
    const lab = new Lab();
    call(lab, name, lab.map(1), 1, 0);
    const isPin = name.startsWith("pin");
    expect(lab.word(lab.mm() + MM_FLAGS)).toBe(isPin ? MMF_HAS_PINNED : 0);
  });

  test("counts by path: slow and fast less returned is what is held", () => {
    const lab = new Lab();
    const vpn = lab.map(4, { populate: false });
    lab.core.populate(lab.cpu(), lab.mm(), vpn, 3);
    expect(call(lab, name, vpn, 4, FOLL_WRITE)).toBe(4);
    const { nr_gup_fast_pages_requested: fast, nr_gup_slow_pages_requested: slow } = lab.vmstat;
    expect([fast, slow]).toEqual(FAST.includes(name) ? [3, 1] : [0, 4]);
    const isPin = name.startsWith("pin");
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(isPin ? 4 : 0);
    if (isPin) lab.core.unpinUserPages(lab.cpu(), lab.arena(), 4);
    else lab.core.putPages(lab.cpu(), lab.arena(), 4);
    expect(lab.vmstat.nr_gup_pages_returned).toBe(4);
    expect(lab.vmstat.nr_foll_pin_released).toBe(isPin ? 4 : 0);
  });
});

describe.each(FAST)("%s, fast path first", (name) => {
  test("what the fast path has got wins over the slow path's error", () => {
    const lab = new Lab();
    const vpn = lab.map(3);
    expect(call(lab, name, vpn, 5, FOLL_WRITE)).toBe(3);
    expect(call(lab, name, vpn + 3, 2, FOLL_WRITE)).toBe(-EFAULT);
  });

  test("adds what both paths have got where the slow one stops early", () => {
    const lab = new Lab();
    const vpn = lab.map(4, { populate: false });
    lab.core.populate(lab.cpu(), lab.mm(), vpn, 2);
    expect(call(lab, name, vpn, 9, FOLL_WRITE)).toBe(4);
  });

  test("with NOFAULT enters the slow path, which does not fault", () => {
    const lab = new Lab();
    const vpn = lab.map(2, { populate: false });
    const flags = FOLL_WRITE | FOLL_NOFAULT | FOLL_FORCE;
    expect(call(lab, name, vpn, 2, flags)).toBe(-EFAULT);
    expect(lab.vmstat.pgfault).toBe(0);
  });
});

test.each(FAST_ONLY)("%s never enters the slow path, and 0 is no error", (name) => {
  const lab = new Lab();
  const vpn = lab.map(3, { populate: false });
  lab.core.populate(lab.cpu(), lab.mm(), vpn, 1);
  const faults = lab.vmstat.pgfault;
  expect(call(lab, name, vpn, 3, FOLL_WRITE)).toBe(1);
  expect(call(lab, name, vpn + 1, 2, FOLL_WRITE)).toBe(0);
  expect(lab.vmstat.pgfault).toBe(faults);
  expect(lab.vmstat.nr_gup_slow_pages_requested).toBe(0);
  expect(lab.vmstat.nr_foll_pin_acquired).toBe(name.startsWith("pin") ? 1 : 0);
});

test.each(COUNTS_OF_LARGE)("fast and slow path leave the same counts behind (%s)", (scheme) => {
  const countsAfter = (name: Name) => {
    const lab = new Lab({ scheme, pages: 1100 });
    const [small, huge] = [lab.map(2), lab.map(512, { order: 9 })];
    expect(call(lab, name, small, 2, FOLL_WRITE)).toBe(2);
    expect(call(lab, name, huge + 3, 7, FOLL_WRITE)).toBe(7);
    return [small, huge].map((vpn) => {
      const head = lab.head(lab.mapped(vpn));
      return [lab.refcount(head), lab.counts(head)];
    });
  };
  expect(countsAfter("pinUserPagesFast")).toEqual(countsAfter("pinUserPages"));
});

describe("long-term pins", () => {
  const LONG = FOLL_WRITE | FOLL_LONGTERM;
  const paths = ({ vmstat }: Lab) => [
    vmstat.nr_gup_fast_pages_requested,
    vmstat.nr_gup_slow_pages_requested,
  ];

  test.each([
    ["5.0", [0, 3]],
    ["5.7", [3, 0]],
    ["6.13", [3, 0]],
  ] as const)("under %s take [fast, slow] = %j pages", (rules, taken) => {
    const lab = new Lab({ rules });
    const vpn = lab.map(3);
    expect(call(lab, "pinUserPagesFast", vpn, 3, LONG)).toBe(3);
    expect(paths(lab)).toEqual(taken);
    expect(lab.fallbacks).toEqual({});
    expect(call(lab, "pinUserPagesFastOnly", vpn, 3, LONG)).toBe(taken[0]);
    expect(call(lab, "pinUserPagesFast", vpn, 3, FOLL_WRITE)).toBe(3);
    expect(paths(lab)[0]).toBe(2 * taken[0] + 3);
  });
});
