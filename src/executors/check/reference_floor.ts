import { PG_PRIVATE } from "../../../assembly/shared/codes.ts";
import {
  LEDGER_BYTES,
  LEDGER_READ,
  LEDGER_WRITE,
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
} from "../../../assembly/shared/layout.ts";
import { usesBias } from "../../scenario/machine_words.ts";
import type { Breach } from "./explore.ts";
import type { World } from "./world.ts";

/**
 * `conserved-refcount` under way: a page has at least the references of what holds it: its place in
 * its file, its buffers, its mappings, and the pins that the ledgers count. What CPUs hold for a
 * moment comes on top, so that only the end of all operations knows the exact count.
 */
export class ReferenceFloor {
  readonly #world: World;
  readonly #words: Int32Array;
  readonly #ledgers: readonly number[];
  /** References of a pin; `mapcount` has them among its mappings. */
  readonly #unit: number;

  constructor(world: World) {
    const { machine, spec } = world;
    const { plan } = machine;
    this.#world = world;
    this.#words = machine.words;
    this.#ledgers = Array.from({ length: plan.cpus }, (_, cpu) => {
      return plan.ledgerAt + cpu * plan.ledgerStride;
    });
    this.#unit = spec.scheme === "mapcount" ? 0 : usesBias(spec) ? spec.bias : 1;
  }

  /** `pages`: which ones, a bit each. */
  check(pages: number): Breach | undefined {
    for (let left = pages; left !== 0; left &= left - 1) {
      const pfn = 31 - Math.clz32(left & -left);
      if (pfn >= this.#world.machine.plan.pages) break;
      const page = this.#world.page(pfn);
      const references = this.#word(page + PAGE_REFCOUNT) >>> 0;
      // Free, or frozen by whoever takes it from its file.
      if (references === 0) continue;
      const needed = this.#needed(page, pfn);
      if (references >= needed) continue;
      const has = `page ${pfn} has a refcount of ${references}`;
      return { invariant: "conserved-refcount", words: `${has}, what holds it needs ${needed}` };
    }
    return undefined;
  }

  #needed(page: number, pfn: number): number {
    const isCached = this.#word(page + PAGE_MAPPING) >>> 0 === this.#world.file;
    const hasBuffers = (this.#word(page + PAGE_FLAGS) & PG_PRIVATE) !== 0;
    let needed = this.#word(page + PAGE_MAPCOUNT) + 1 + Number(isCached) + Number(hasBuffers);
    for (const ledger of this.#ledgers) {
      const entry = ledger + pfn * LEDGER_BYTES;
      const pins = this.#word(entry + LEDGER_READ) + this.#word(entry + LEDGER_WRITE);
      needed += pins * this.#unit;
    }
    return needed;
  }

  #word(address: number): number {
    return this.#words[address >>> 2] as number;
  }
}
