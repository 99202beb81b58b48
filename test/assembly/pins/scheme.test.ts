import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ENOMEM,
  FOLL_FAST_ONLY,
  FOLL_WRITE,
  MAYBE_PINNED,
  NOT_PINNED,
  PIN_UNKNOWN,
  WARN_REFCOUNT_NOT_POSITIVE,
} from "../../../assembly/shared/codes.ts";
import type { CountName } from "../../../src/scenario/scenario.ts";
import { COUNTS, COUNTS_OF_ANON, COUNTS_OF_LARGE, Lab } from "../../support/lab.ts";
import { weightOf } from "../../support/weights.ts";

const INT_MAX = 2 ** 31 - 1;
const EXACT: readonly CountName[] = ["exact", "exact-side"];
const BIASED: readonly CountName[] = ["bias", "hybrid"];

/** A lab with one writable page mapped: its refcount is 1, the mapping's own reference. */
function onePage(scheme: CountName, bias = 1024, order = 0) {
  const lab = new Lab({ scheme, bias, pages: order ? 1024 : 64 });
  const vpn = lab.map(2 ** order, { order });
  return { lab, vpn, page: lab.mapped(vpn) };
}

describe.each(COUNTS)("a pin of one page (%s)", (scheme) => {
  test.each([2, 3, 1024, 2 ** 20])("adds what the scheme says, with a bias of %i", (bias) => {
    const { lab, vpn, page } = onePage(scheme, bias);
    expect(lab.pin(vpn)).toBe(1);
    expect(lab.refcount(page)).toBe(1 + weightOf(scheme, bias, 0));
    const { exact, side } = lab.counts(page);
    expect([exact, side]).toEqual([Number(scheme === "exact"), Number(scheme === "exact-side")]);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    expect(lab.refcount(page)).toBe(1);
  });

  test("a plain reference adds one, whatever the scheme", () => {
    const { lab, vpn, page } = onePage(scheme);
    expect(lab.get(vpn)).toBe(1);
    expect(lab.refcount(page)).toBe(2);
    expect(lab.counts(page)).toMatchObject({ exact: 0, side: 0 });
  });
});

describe.each(COUNTS_OF_LARGE)("a pin of a huge page (%s)", (scheme) => {
  test("counts at its head, in the scheme's own place", () => {
    const { lab, vpn, page } = onePage(scheme, 1024, 9);
    expect(lab.pin(vpn, 512, FOLL_WRITE)).toBe(512);
    expect(lab.refcount(page)).toBe(1 + 512 * weightOf(scheme, 1024, 9));
    const { exact, side, pincount } = lab.counts(page);
    const where = { exact, "exact-side": side, hybrid: pincount };
    for (const [name, count] of Object.entries(where)) {
      expect(count, name).toBe(name === scheme ? 512 : 0);
    }
  });
});

describe("page_maybe_dma_pinned", () => {
  test.each(COUNTS_OF_ANON)("tells a pinned page from an untouched one (%s)", (scheme) => {
    for (const order of [0, 9]) {
      const { lab, vpn, page } = onePage(scheme, 1024, order);
      // lru-count knows nothing of tails.
      const isBlind = scheme === "refcount" || (scheme === "lru-count" && order > 0);
      const unpinned = isBlind ? PIN_UNKNOWN : NOT_PINNED;
      expect(lab.core.pageMaybeDmaPinned(page)).toBe(unpinned);
      lab.pin(vpn);
      const pinned = scheme === "refcount" ? PIN_UNKNOWN : MAYBE_PINNED;
      expect(lab.core.pageMaybeDmaPinned(page)).toBe(pinned);
      lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
      expect(lab.core.pageMaybeDmaPinned(page)).toBe(unpinned);
    }
  });

  /** The mapping's own reference counts too: 1023 others already make 1024. */
  test.each([600, 1022, 1023, 1024, 1900])(
    "of a page with %i ordinary references",
    (references) => {
      const isOver = references + 1 >= 1024;
      const expected: Record<CountName, number> = {
        refcount: PIN_UNKNOWN,
        "lru-count": NOT_PINNED,
        mapcount: PIN_UNKNOWN,
        bias: isOver ? MAYBE_PINNED : NOT_PINNED,
        hybrid: isOver ? MAYBE_PINNED : NOT_PINNED,
        exact: NOT_PINNED,
        "exact-side": NOT_PINNED,
      };
      for (const scheme of COUNTS) {
        const { lab, vpn, page } = onePage(scheme);
        for (let i = 0; i < references; i++) lab.get(vpn);
        expect(lab.core.pageMaybeDmaPinned(page), scheme).toBe(expected[scheme]);
      }
    },
  );

  test("is exact for hybrid's large folios: no number of references makes a pin", () => {
    const { lab, page } = onePage("hybrid", 1024, 9);
    lab.core.getFolio(lab.cpu(), page, 5000);
    expect(lab.core.pageMaybeDmaPinned(page)).toBe(NOT_PINNED);
  });

  test.each(BIASED)("still says maybe when the count has gone negative (%s)", (scheme) => {
    const { lab, page } = onePage(scheme);
    for (const count of [-1, -(2 ** 31), -1024]) {
      lab.setRefcount(page, count);
      expect(lab.core.pageMaybeDmaPinned(page)).toBe(MAYBE_PINNED);
    }
  });

  test.each(COUNTS_OF_ANON)("never denies a pin, through any history (%s)", (scheme) => {
    const steps = fc.array(fc.constantFrom("pin", "get", "unpin", "put"), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.constantFrom(2, 3, 1024), (history, bias) => {
        const { lab, vpn, page } = onePage(scheme, bias);
        const held = { pin: 0, get: 0 };
        for (const step of history) {
          if (step === "pin") held.pin += lab.pin(vpn);
          if (step === "get") held.get += lab.get(vpn);
          if (step === "unpin" && held.pin) {
            lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
            held.pin--;
          }
          if (step === "put" && held.get) {
            lab.core.putPages(lab.cpu(), lab.arena(), 1);
            held.get--;
          }
          const answer = lab.core.pageMaybeDmaPinned(page);
          if (held.pin) expect(answer).not.toBe(NOT_PINNED);
          if (EXACT.includes(scheme)) expect(answer === MAYBE_PINNED).toBe(held.pin > 0);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("overflow", () => {
  test.each(BIASED)("2^21 pins of one page with a bias of 1024, then none (%s)", (scheme) => {
    const { lab, vpn, page } = onePage(scheme);
    const limit = Math.floor((INT_MAX - 1) / 1024) + 1;
    expect(limit).toBe(2 ** 21);
    for (let i = 0; i < limit; i++) {
      if (lab.pin(vpn, 1, FOLL_FAST_ONLY) !== 1) throw new Error(`pin ${i} was refused`);
    }
    expect(lab.refcount(page)).toBe((2 ** 31 + 1) | 0);
    expect(lab.pin(vpn)).toBe(-ENOMEM);
    expect(lab.get(vpn)).toBe(-ENOMEM);
    expect(lab.refcount(page)).toBe((2 ** 31 + 1) | 0);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(limit);
    expect(lab.faultCodes).toContain(WARN_REFCOUNT_NOT_POSITIVE);
    for (let i = 0; i < limit; i++) lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    expect(lab.refcount(page)).toBe(1);
  });

  test("accepted = floor((2^31 - 1 - references) / bias) + 1, near the limit of any bias", () => {
    const biases = fc.constantFrom(2, 3, 1000, 1024, 4097, 2 ** 20);
    const below = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...BIASED), biases, below, fc.nat(50), (scheme, bias, k, odd) => {
        const { lab, vpn, page } = onePage(scheme, bias);
        const start = INT_MAX - k * bias - (odd % bias);
        lab.setRefcount(page, start);
        let accepted = 0;
        while (accepted < 60 && lab.pin(vpn) === 1) accepted++;
        expect(accepted).toBe(Math.floor((INT_MAX - start) / bias) + 1);
        expect(lab.refcount(page)).toBe((start + accepted * bias) | 0);
        expect(lab.refcount(page)).toBeLessThan(0);
      }),
      { numRuns: 60 },
    );
  });

  test.each(COUNTS)("the last plain reference is the 2^31st; then nothing more (%s)", (scheme) => {
    const { lab, vpn, page } = onePage(scheme);
    lab.setRefcount(page, INT_MAX);
    expect(lab.get(vpn)).toBe(1);
    expect([lab.refcount(page), lab.get(vpn), lab.pin(vpn)]).toEqual([
      -(2 ** 31),
      -ENOMEM,
      -ENOMEM,
    ]);
  });

  test("bias on a large folio: a product of 2^31 or more is refused at once by both paths", () => {
    const { lab, vpn, page } = onePage("bias", 2 ** 20, 9);
    for (let pins = 0; pins < 4; pins++) expect(lab.pin(vpn, 512, FOLL_WRITE)).toBe(512);
    expect(lab.refcount(page)).toBe((2 ** 31 + 1) | 0);
    expect(lab.pin(vpn, 1)).toBe(-ENOMEM);
    const ten = new Lab({ scheme: "bias", bias: 2 ** 22, pages: 1024 });
    const huge = ten.map(512, { order: 9 });
    expect(ten.pin(huge, 512, FOLL_WRITE)).toBe(-ENOMEM);
    expect(ten.pin(huge, 511, FOLL_WRITE)).toBe(511);
    expect(ten.refcount(ten.mapped(huge))).toBe(1 + 511 * 2 ** 22);
    expect(ten.vmstat.nr_gup_page_count_overflows).toBe(1);
  });

  /** Romanovsky's report of December 2019: RAX = 0x80000001 in try_grab_compound_head(). */
  test("mlx5: a 2 MiB page registered 4096 times leaves 0x80000001, and no 4097th", () => {
    const { lab, vpn, page } = onePage("bias", 1024, 9);
    for (let i = 0; i < 4096; i++) expect(lab.pin(vpn, 512, FOLL_WRITE)).toBe(512);
    expect(lab.refcount(page) >>> 0).toBe(0x80000001);
    expect(lab.pin(vpn, 512, FOLL_WRITE)).toBe(-ENOMEM);
    expect(lab.pin(vpn, 1, FOLL_WRITE)).toBe(-ENOMEM);
    for (let i = 0; i < 4096; i++) lab.core.unpinUserPages(lab.cpu(), lab.arena(), 512);
    expect(lab.refcount(page)).toBe(1);
  });

  test("mlx5 under hybrid: the same registrations are far from any limit", () => {
    const { lab, vpn, page } = onePage("hybrid", 1024, 9);
    for (let i = 0; i < 5000; i++) expect(lab.pin(vpn, 512, FOLL_WRITE)).toBe(512);
    expect([lab.refcount(page), lab.counts(page).pincount]).toEqual([1 + 5000 * 512, 5000 * 512]);
  });
});

describe.each(COUNTS)("the shared zero page (%s)", (scheme) => {
  const zeroLab = (rules: "5.0" | "5.7" | "6.13") => {
    const lab = new Lab({ scheme, rules });
    return { lab, vpn: lab.map(3, { populate: false }) };
  };

  test("is exempt under the rules of 6.13: a pin and an unpin count nothing", () => {
    const { lab, vpn } = zeroLab("6.13");
    expect(lab.pin(vpn, 3)).toBe(3);
    expect(lab.gathered(3)).toEqual([lab.zeroPage, lab.zeroPage, lab.zeroPage]);
    expect(lab.refcount(lab.zeroPage)).toBe(1);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 3);
    expect(lab.refcount(lab.zeroPage)).toBe(1);
    const { nr_foll_pin_acquired: acquired, nr_foll_pin_released: released } = lab.vmstat;
    expect([acquired, released]).toEqual([0, 0]);
  });

  test.each(["5.0", "5.7"] as const)(
    "is counted under those of %s, until it overflows",
    (rules) => {
      const { lab, vpn } = zeroLab(rules);
      expect(lab.pin(vpn, 3)).toBe(3);
      expect(lab.refcount(lab.zeroPage)).toBe(1 + 3 * weightOf(scheme, 1024, 0));
      expect(lab.vmstat.nr_foll_pin_acquired).toBe(3);
      lab.core.unpinUserPages(lab.cpu(), lab.arena(), 3);
      lab.setRefcount(lab.zeroPage, INT_MAX);
      expect([lab.pin(vpn), lab.pin(vpn)]).toEqual([1, -ENOMEM]);
    },
  );

  test("a plain reference to it counts under any rules", () => {
    const { lab, vpn } = zeroLab("6.13");
    expect(lab.get(vpn, 2)).toBe(2);
    expect(lab.refcount(lab.zeroPage)).toBe(3);
  });
});
