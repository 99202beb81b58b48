import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PG_ACTIVE, PG_LRU } from "../../../assembly/shared/codes.ts";
import {
  PAGE_FLAGS,
  PAGE_LRU_NEXT,
  PAGE_LRU_PREV,
  ZONE_LRU_COUNT,
  ZONE_LRU_FIRST,
  ZONE_LRU_LAST,
} from "../../../assembly/shared/layout.ts";
import { Lab } from "../../support/lab.ts";

const PAGES = 8;

const step = fc.record({
  what: fc.constantFrom("add", "add", "isolate", "oldest", "activate", "free", "unfree"),
  page: fc.nat(PAGES - 1),
});

/** The list by one of its two chains. */
function chain(lab: Lab, first: number, link: number): number[] {
  const found: number[] = [];
  let page = lab.word(first) >>> 0;
  while (page !== 0 && found.length <= PAGES) {
    found.push(page);
    page = lab.word(page + link) >>> 0;
  }
  return found;
}

describe("the LRU is a list with the oldest page last", () => {
  test("through any adding, isolating, activating, freeing", () => {
    const lab = new Lab({ cpus: 1 });
    const [core, cpu] = [lab.core, lab.cpu()];
    const pages = Array.from(
      { length: PAGES },
      () => core.allocAnonFolio(cpu, 0, lab.mm(), 0) >>> 0,
    );
    const start = lab.snapshot();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        lab.restore(start);
        let list: number[] = [];
        const active = new Set<number>();
        for (const { what, page: choice } of steps) {
          const page = pages[choice] ?? 0;
          const isOn = list.includes(page);
          if (what === "add" && !isOn) {
            core.lruAdd(cpu, page);
            list.unshift(page);
          } else if (what === "isolate") {
            expect(core.lruIsolate(cpu, page)).toBe(Number(isOn));
            list = list.filter((each) => each !== page);
            if (isOn) active.delete(page);
          } else if (what === "activate" && isOn) {
            lab.setWord(page + PAGE_FLAGS, lab.flags(page) | PG_ACTIVE);
            active.add(page);
          } else if (what === "free") lab.setRefcount(page, 0);
          else if (what === "unfree") lab.setRefcount(page, 1);
          else if (what === "oldest") {
            const isGood = (each: number) => !active.has(each) && lab.refcount(each) > 0;
            const oldest = [...list].reverse().find(isGood) ?? 0;
            const passed = oldest ? list.slice(list.indexOf(oldest) + 1) : list;
            expect(core.lruIsolateOldest(cpu) >>> 0).toBe(oldest);
            // Those passed over stand at the front, in the order in which they were met.
            const kept = list.filter((each) => each !== oldest && !passed.includes(each));
            list = [...passed, ...kept];
            for (const each of passed) active.delete(each);
            if (oldest) lab.setRefcount(oldest, lab.refcount(oldest) - 1);
          }
          expect(chain(lab, ZONE_LRU_FIRST, PAGE_LRU_NEXT)).toEqual(list);
          expect(chain(lab, ZONE_LRU_LAST, PAGE_LRU_PREV)).toEqual([...list].reverse());
          expect(lab.word(ZONE_LRU_COUNT)).toBe(list.length);
          for (const each of pages) {
            expect(lab.flags(each) & PG_LRU).toBe(list.includes(each) ? PG_LRU : 0);
            expect(lab.flags(each) & PG_ACTIVE).toBe(active.has(each) ? PG_ACTIVE : 0);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
