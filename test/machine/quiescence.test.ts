import { describe, expect, test } from "vitest";
import { FOLL_WRITE } from "../../assembly/shared/codes.ts";
import { PAGE_EXACT_PINS, ZONE_LOCK } from "../../assembly/shared/layout.ts";
import { checkQuiescence } from "../../src/machine/quiescence.ts";
import { COUNTS, Lab } from "../support/lab.ts";

/** A machine with nobody in it: every address space is down. */
function atRest(lab: Lab): Lab {
  for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
  return lab;
}

describe("a machine at rest", () => {
  test.each(COUNTS)("has no breach after work that gave everything back (%s)", (scheme) => {
    const lab = new Lab({ scheme, pages: 1100 });
    // mapcount refuses to pin large folios.
    for (const order of scheme === "mapcount" ? [0] : [0, 2, 9]) {
      const vpn = lab.map(520, { order });
      lab.pin(vpn, 20, FOLL_WRITE);
      lab.core.putUserPagesDirty(lab.cpu(), lab.arena(), 20);
      lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 520);
    }
    expect(checkQuiescence(atRest(lab).machine)).toEqual([]);
  });

  test("a leaked reference is named with its page", () => {
    const lab = new Lab();
    const vpn = lab.map(1);
    const pfn = lab.pfn(lab.mapped(vpn));
    lab.get(vpn);
    expect(checkQuiescence(atRest(lab).machine)).toEqual([
      `page ${pfn} has refcount 1, the ledgers say 0`,
      "62 pages are free, of 64 all but the zero page should be",
    ]);
  });

  test("a leaked pin shows in count, ledger and vmstat", () => {
    const lab = new Lab({ scheme: "exact" });
    lab.pin(lab.map(1), 1, FOLL_WRITE);
    lab.core.ledgerCount(lab.cpu(1), lab.arena(), 1, FOLL_WRITE, 1);
    const breaches = checkQuiescence(atRest(lab).machine).join("\n");
    expect(breaches).toMatch(/has refcount 1/);
    expect(breaches).toMatch(/has an exact count of 1, not 0/);
    expect(breaches).toMatch(/the ledger of CPU 1 still holds page \d+/);
    expect(breaches).toMatch(/nr_foll_pin_acquired is 1, nr_foll_pin_released 0/);
  });

  test("what still lives in an address space is a breach", () => {
    const lab = new Lab();
    lab.map(1);
    const breaches = checkQuiescence(lab.machine).join("\n");
    expect(breaches).toMatch(/4 page tables were not freed/);
    expect(breaches).toMatch(/1 VMAs were not freed/);
  });

  test("a wrong side count, a held lock and the zero page's count are breaches", () => {
    const lab = atRest(new Lab());
    const { sideTableAt } = lab.machine.plan;
    lab.setWord(sideTableAt + 5 * 4, 3);
    lab.setWord(lab.page(6) + PAGE_EXACT_PINS, 2);
    lab.setWord(ZONE_LOCK, 1);
    lab.setRefcount(lab.zeroPage, 2);
    const breaches = checkQuiescence(lab.machine).join("\n");
    expect(breaches).toMatch(/page 5 has an exact count of 3/);
    expect(breaches).toMatch(/page 6 has an exact count of 2/);
    expect(breaches).toMatch(/zone->lock .* is held/);
    expect(breaches).toMatch(/has refcount 2, the ledgers say 1/);
  });

  test("reports a few breaches of many", () => {
    const lab = atRest(new Lab());
    for (let pfn = 1; pfn < 40; pfn++) lab.setRefcount(lab.page(pfn), 1);
    expect(checkQuiescence(lab.machine)).toHaveLength(8);
  });
});
