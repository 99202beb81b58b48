import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EEXIST } from "../../../assembly/shared/codes.ts";
import { POOL_USED, POOL_VMAS } from "../../../assembly/shared/layout.ts";
import { Lab, READ_WRITE } from "../../support/lab.ts";
import { readVmas } from "../../support/vma_tree.ts";

const BASE = 1024;

/** Mapped or not, page by page: one VMA each, so that every page is a node of its own. */
class Pages {
  readonly lab: Lab;
  readonly #mapped = new Set<number>();

  constructor(nodes: number) {
    this.lab = new Lab({ pages: 8, cpus: 1, vmas: nodes + 1 });
  }

  toggle(page: number): void {
    const { core } = this.lab;
    const [cpu, mm, vpn] = [this.lab.cpu(), this.lab.mm(), BASE + page];
    const result = core.mmapRegion(cpu, mm, vpn, 1, READ_WRITE, 0, 0);
    expect(result).toBe(this.#mapped.has(page) ? -EEXIST : vpn);
    if (result > 0) this.#mapped.add(page);
    else {
      expect(core.munmapRegion(cpu, mm, vpn, 1)).toBe(0);
      this.#mapped.delete(page);
    }
  }

  /** In order, each page once; readVmas has looked at heights and balance. */
  check(): void {
    const expected = [...this.#mapped].sort((a, b) => a - b).map((page) => BASE + page);
    expect(readVmas(this.lab).map(({ start }) => start)).toEqual(expected);
    expect(this.lab.word(POOL_VMAS + POOL_USED)).toBe(this.#mapped.size);
  }
}

describe("the VMA tree stays an AVL tree", () => {
  test("after each of a random sequence of insertions and removals", () => {
    const toggles = fc.array(fc.nat(40), { maxLength: 120, size: "max" });
    fc.assert(
      fc.property(toggles, (sequence) => {
        const pages = new Pages(64);
        for (const page of sequence) {
          pages.toggle(page);
          pages.check();
        }
      }),
      { numRuns: 60 },
    );
  });

  test("through thousands of nodes, in ascending, descending and mixed order", () => {
    const count = 4000;
    const pages = new Pages(count);
    const orders = [
      (i: number) => i,
      (i: number) => count - 1 - i,
      (i: number) => (i * 1531) % count,
      (i: number) => (i * 2741) % count,
    ];
    for (const order of orders) {
      for (let i = 0; i < count; i++) {
        pages.toggle(order(i));
        if (i % 400 === 0) pages.check();
      }
      pages.check();
    }
  });
});
