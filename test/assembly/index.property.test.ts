import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FOLL_FAST_ONLY,
  FOLL_FORCE,
  FOLL_NOFAULT,
  FOLL_WRITE,
  PG_DIRTY,
  PG_LOCKED,
  VM_MAYREAD,
  VM_MAYWRITE,
} from "../../assembly/shared/codes.ts";
import { LEDGER_BYTES } from "../../assembly/shared/layout.ts";
import { checkQuiescence } from "../../src/machine/quiescence.ts";
import type { CountName, RulesName } from "../../src/scenario/scenario.ts";
import { COUNTS, Lab, READ_ONLY, READ_WRITE } from "../support/lab.ts";
import { Model } from "../support/model.ts";
import { differences } from "../support/model_check.ts";
import { Frames } from "../support/model_space.ts";

interface Config {
  readonly scheme: CountName;
  readonly bias: number;
  readonly rules: RulesName;
  /** Order of the folios that mappings ask for; also the scale of the whole machine. */
  readonly order: number;
}

/** Numbers are scaled and reduced to what the machine has when the operation runs. */
interface Operation {
  readonly kind: "mmap" | "munmap" | "populate" | "gup" | "giveBack" | "lock";
  readonly mm: number;
  readonly at: number;
  readonly offset: number;
  readonly count: number;
  readonly choice: number;
}

interface Holding {
  readonly pages: number[];
  readonly pfns: number[];
  readonly isPin: boolean;
  readonly flags: number;
}

const config: fc.Arbitrary<Config> = fc
  .record({
    scheme: fc.constantFrom(...COUNTS),
    bias: fc.constantFrom(2, 3, 1024, 2 ** 20),
    rules: fc.constantFrom("5.0", "5.7", "6.13"),
    order: fc.constantFrom(0, 2, 9),
  })
  // mapcount refuses large folios.
  .filter(({ scheme, order }) => scheme !== "mapcount" || order === 0);
const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant("gup") },
    { weight: 2, arbitrary: fc.constantFrom("mmap", "populate") },
    { weight: 3, arbitrary: fc.constantFrom("munmap", "giveBack", "lock") },
  ),
  mm: fc.constantFrom(0, 0, 0, 1),
  at: fc.nat(5),
  offset: fc.nat(30),
  count: fc.integer({ min: 1, max: 24 }),
  choice: fc.nat(1000),
});
const NO_ACCESS = VM_MAYREAD | VM_MAYWRITE;
const ACCESS = [READ_WRITE, READ_WRITE, READ_WRITE, READ_WRITE, READ_ONLY, READ_ONLY, NO_ACCESS];
const GUP_FLAGS = [0, FOLL_WRITE, FOLL_WRITE, FOLL_FORCE, FOLL_WRITE | FOLL_FORCE];
const FLAVOURS = [0, 0, 0, FOLL_NOFAULT, FOLL_FAST_ONLY];

/** So that no sequence begins with nothing mapped. */
const FIRST: Operation = { kind: "mmap", mm: 0, at: 0, offset: 0, count: 20, choice: 7 };

/** Machine and model side by side. */
class Pair {
  readonly lab: Lab;
  readonly model: Model;
  readonly #order: number;
  readonly #scale: number;
  #holdings: Holding[] = [];

  constructor({ order, ...options }: Config) {
    const pages = order === 9 ? 2100 : 37;
    this.#order = order;
    this.#scale = order === 9 ? 64 : 1;
    this.lab = new Lab({ ...options, pages, cpus: 1, vmas: 64 });
    const zeroPfn = this.lab.pfn(this.lab.zeroPage);
    const frames = new Frames({ ...options, pages, zeroPfn });
    const headOf = (mm: number, vpn: number) =>
      this.lab.pfn(this.lab.head(this.lab.mapped(vpn, this.lab.mm(mm))));
    this.model = new Model(frames, 2, headOf);
    this.model.vmstat.pgalloc = 1;
  }

  /** Does one operation on both; what they answered. */
  do(op: Operation): { machine: unknown; model: unknown } {
    const { core } = this.lab;
    const [cpu, mm, count] = [this.lab.cpu(), this.lab.mm(op.mm), op.count * this.#scale];
    const vpn = this.#vpn(op);
    switch (op.kind) {
      case "mmap": {
        const start = op.choice % 3 ? 0 : 1024 + op.offset * this.#scale;
        const flags = ACCESS[op.choice % ACCESS.length] ?? READ_WRITE;
        const order = op.choice % 5 ? this.#order : 0;
        const machine = core.mmapRegion(cpu, mm, start, count, flags, order, 0);
        return { machine, model: this.model.mmap(op.mm, start, count, flags, order) };
      }
      case "munmap": {
        const machine = core.munmapRegion(cpu, mm, vpn, count);
        return { machine, model: this.model.munmap(op.mm, vpn, count) };
      }
      case "populate": {
        const machine = core.populate(cpu, mm, vpn, count);
        return { machine, model: this.model.populate(op.mm, vpn, count) };
      }
      case "gup":
        return this.#gup(op, vpn, count);
      case "giveBack":
        return this.#giveBack(op);
      case "lock":
        return this.#lock(op);
    }
  }

  /** An address in or near one of the VMAs. */
  #vpn({ mm, at, offset }: Operation): number {
    const { vmas } = this.model.spaces[mm] ?? { vmas: [] };
    const vma = vmas[at % (vmas.length || 1)];
    const scaled = Math.floor((offset * this.#scale) / (at % 2 ? 2 : 1));
    return vma === undefined ? 1024 + scaled : vma.start + (scaled % (vma.end - vma.start + 2));
  }

  #gup(op: Operation, vpn: number, count: number) {
    const { core } = this.lab;
    const [isPin, isFast] = [op.choice % 2 === 0, op.choice % 3 > 0];
    const flavour = FLAVOURS[(op.choice >> 4) % FLAVOURS.length] ?? 0;
    const access = GUP_FLAGS[(op.choice >> 2) % GUP_FLAGS.length] ?? 0;
    const flags = access | (isFast ? flavour : flavour & FOLL_NOFAULT);
    const slow = isPin ? core.pinUserPages : core.getUserPages;
    const fast = isPin ? core.pinUserPagesFast : core.getUserPagesFast;
    const fastOnly = isPin ? core.pinUserPagesFastOnly : core.getUserPagesFastOnly;
    const call = !isFast ? slow : flags & FOLL_FAST_ONLY ? fastOnly : fast;
    const [at, given] = [this.lab.mm(op.mm), flags & ~FOLL_FAST_ONLY];
    const machine = call(this.lab.cpu(), at, vpn, count, given, this.lab.arena());
    const { result, pfns } = this.model.gup(op.mm, vpn, count, flags, isPin, isFast);
    const pages = this.lab.gathered(machine);
    if (machine > 0) this.#holdings.push({ pages, pfns, isPin, flags });
    if (isPin && machine > 0) this.#ledger(pages, flags, 1);
    const gathered = pages.map((page) => this.lab.pfn(page));
    return { machine: [machine, gathered], model: [result, pfns] };
  }

  #ledger(pages: readonly number[], flags: number, delta: number): void {
    this.#write(pages);
    this.lab.core.ledgerCount(this.lab.cpu(), this.lab.arena(), pages.length, flags, delta);
  }

  #write(pages: readonly number[]): void {
    this.lab.machine.words.set(pages, this.lab.arena() >>> 2);
  }

  #giveBack(op: Operation) {
    const [holding] = this.#holdings.splice(op.at % (this.#holdings.length || 1), 1);
    if (holding !== undefined) this.give(holding, op.choice % 3);
    return { machine: 0, model: 0 };
  }

  give({ pages, pfns, isPin, flags }: Holding, dirty: number): void {
    const { core } = this.lab;
    const [cpu, arena] = [this.lab.cpu(), this.lab.arena()];
    this.#write(pages);
    if (!isPin) {
      core.putPages(cpu, arena, pages.length);
      this.model.put(pfns);
      return;
    }
    this.#ledger(pages, flags, -1);
    const sleeps = (pfn: number) => {
      const { flags } = this.model.frames.folioOf(pfn);
      return (flags & PG_LOCKED) !== 0 && !(flags & PG_DIRTY);
    };
    if (dirty === 2 && !pfns.some(sleeps)) core.unpinUserPagesDirtyLock(cpu, arena, pages.length);
    else if (dirty) core.putUserPagesDirty(cpu, arena, pages.length);
    else core.unpinUserPages(cpu, arena, pages.length);
    this.model.unpin(pfns, dirty > 0);
  }

  /** Locks the head of a page that is held, or unlocks it. */
  #lock(op: Operation) {
    const holding = this.#holdings[op.at % (this.#holdings.length || 1)];
    const folio = holding && this.model.frames.folioOf(holding.pfns[0] ?? 0);
    if (folio === undefined) return { machine: 0, model: 0 };
    const page = this.lab.page(folio.pfn);
    const machine = this.lab.core.tryLockPage(page);
    const model = folio.flags & PG_LOCKED ? 0 : 1;
    if (!machine) this.lab.core.unlockPage(this.lab.cpu(), page);
    folio.flags ^= PG_LOCKED;
    return { machine, model };
  }

  /** The ledger of CPU 0 against what is held. */
  ledgerDiffers(): boolean {
    const { plan, words } = this.lab.machine;
    const expected = new Int32Array((plan.pages * LEDGER_BYTES) / 4);
    for (const { pfns, isPin, flags } of this.#holdings) {
      if (!isPin) continue;
      for (const pfn of pfns) {
        const at = pfn * 2 + (flags & FOLL_WRITE ? 1 : 0);
        expected[at] = (expected[at] ?? 0) + 1;
      }
    }
    return expected.some((count, i) => words[plan.ledgerAt / 4 + i] !== count);
  }

  /** Unlocks and gives back everything, takes the address spaces down. */
  end(): string[] {
    for (const { pfns } of this.#holdings) {
      for (const folio of pfns.map((pfn) => this.model.frames.folioOf(pfn))) {
        if (folio.flags & PG_LOCKED) {
          this.lab.core.unlockPage(this.lab.cpu(), this.lab.page(folio.pfn));
        }
        folio.flags &= ~PG_LOCKED;
      }
    }
    for (const holding of this.#holdings.splice(0)) this.give(holding, 0);
    for (const mm of [0, 1]) this.lab.core.leaveMm(this.lab.cpu(), this.lab.mm(mm));
    return checkQuiescence(this.lab.machine);
  }
}

describe("the machine does what a plain model says", () => {
  test("after each of a random sequence of operations, field by field", () => {
    const operations = fc.array(operation, { minLength: 1, maxLength: 50, size: "max" });
    fc.assert(
      fc.property(config, operations, (options, sequence) => {
        const pair = new Pair(options);
        pair.do(FIRST);
        for (const op of sequence) {
          const { machine, model } = pair.do(op);
          expect(machine).toEqual(model);
          expect(differences(pair.lab, pair.model)).toEqual([]);
          expect(pair.ledgerDiffers()).toBe(false);
        }
        expect(pair.end()).toEqual([]);
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
