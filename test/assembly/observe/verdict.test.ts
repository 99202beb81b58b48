import { describe, expect, test } from "vitest";
import {
  BUG_FALSE_NEGATIVE,
  FOLL_WRITE,
  VERDICT_FALSE_NEGATIVE,
  VERDICT_FALSE_POSITIVE,
  VERDICT_TRUE_NEGATIVE,
  VERDICT_TRUE_POSITIVE,
  VERDICT_UNKNOWN,
} from "../../../assembly/shared/codes.ts";
import { readVerdicts } from "../../../src/machine/vmstat.ts";
import type { CountName } from "../../../src/scenario/scenario.ts";
import { Lab } from "../../support/lab.ts";

/** The one verdict that a test of the page counts. */
function verdict(lab: Lab, page: number): number {
  const before = readVerdicts(lab.machine);
  lab.core.testPinned(lab.cpu(1), page);
  const after = readVerdicts(lab.machine);
  expect(after.reduce((a, b) => a + b)).toBe(before.reduce((a, b) => a + b) + 1);
  return after.findIndex((count, i) => count !== before[i]);
}

function pinned(scheme: CountName, flags: number) {
  const lab = new Lab({ scheme });
  const vpn = lab.map(1);
  lab.pin(vpn, 1, flags);
  lab.core.ledgerCount(lab.cpu(), lab.arena(), 1, flags, 1);
  return { lab, page: lab.mapped(vpn) };
}

describe("the pinned test against the ledger", () => {
  test("a write pin that is found is a true positive", () => {
    const { lab, page } = pinned("bias", FOLL_WRITE);
    expect(verdict(lab, page)).toBe(VERDICT_TRUE_POSITIVE);
  });

  test("a read pin that is found is a false positive: the device writes nothing", () => {
    const { lab, page } = pinned("exact", 0);
    expect(verdict(lab, page)).toBe(VERDICT_FALSE_POSITIVE);
  });

  test("1023 ordinary references and a mapping are a false positive of the bias", () => {
    const lab = new Lab({ scheme: "bias" });
    const page = lab.mapped(lab.map(1));
    lab.core.getFolio(lab.cpu(), page, 1023);
    expect(verdict(lab, page)).toBe(VERDICT_FALSE_POSITIVE);
  });

  test("a page that nobody holds is a true negative", () => {
    const lab = new Lab({ scheme: "hybrid" });
    expect(verdict(lab, lab.mapped(lab.map(1)))).toBe(VERDICT_TRUE_NEGATIVE);
  });

  test("a write pin that is denied is a false negative, and a recorded BUG", () => {
    const { lab, page } = pinned("bias", FOLL_WRITE);
    lab.setRefcount(page, 1);
    expect(verdict(lab, page)).toBe(VERDICT_FALSE_NEGATIVE);
    expect(lab.faultCodes).toEqual([BUG_FALSE_NEGATIVE]);
  });

  test("plain references answer unknown, pinned or not", () => {
    const { lab, page } = pinned("refcount", FOLL_WRITE);
    expect(verdict(lab, page)).toBe(VERDICT_UNKNOWN);
    expect(verdict(lab, lab.mapped(lab.map(1)))).toBe(VERDICT_UNKNOWN);
  });

  test("pins of a huge page's tails are seen at its head", () => {
    const lab = new Lab({ scheme: "hybrid", pages: 1024 });
    const vpn = lab.map(512, { order: 9 });
    lab.pin(vpn + 200, 3, FOLL_WRITE);
    lab.core.ledgerCount(lab.cpu(), lab.arena(), 3, FOLL_WRITE, 1);
    expect(verdict(lab, lab.mapped(vpn))).toBe(VERDICT_TRUE_POSITIVE);
  });
});
