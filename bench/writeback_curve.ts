import { splitmix64 } from "../src/machine/prng.ts";
import { FileMachine, SHARED_WRITES, type Unit } from "./file_machine.ts";
import { bootstrapMedian, type Estimate } from "./statistics.ts";
import { interval, type Table } from "./table.ts";

/** One page in so many is dirty. */
const CLEAN_SHARE = 100;
/** The largest number of accesses for a dirty page, as a multiple of the smallest. */
const BAR = 1.1;
/** Dirty pages that all passes over one machine write, and how many passes that may be. */
const DIRTY_IN_ALL = 10_000;
const PASSES = { least: 5, most: 300 };

const FIRST_ORDER = 10;
const ORDER_STEP = 2;

/** How the dirty pages lie: one somewhere in every hundred, or all in one row. */
export type Spread = "scattered" | "in a row";

/** A file of `pages` cached and mapped pages, of which 1 % become dirty before each pass. */
export class WritebackPasses {
  readonly #machine: FileMachine;
  #drawn = 0;

  constructor(pages: number, unit: Unit) {
    this.#machine = new FileMachine(pages, 1, unit);
    this.#machine.map(0, SHARED_WRITES);
    this.#machine.fault(0, 0, pages);
    this.#machine.core.syncFile(this.#machine.cpu, this.#machine.file);
  }

  get dirty(): number {
    return Math.floor(this.#machine.pages / CLEAN_SHARE);
  }

  /** Accesses to the tags, of all that were made, for each page that the pass has written. */
  passTags(spread: Spread): { readonly all: number; readonly tags: number } {
    this.#dirtySome(spread);
    const before = this.#machine.tagAccesses;
    const all = this.#sync();
    return { all, tags: (this.#machine.tagAccesses - before) / this.dirty };
  }

  /** Write faults make 1 % dirty; what one pass then takes for each of them. */
  pass(spread: Spread): number {
    this.#dirtySome(spread);
    return this.#sync();
  }

  #dirtySome(spread: Spread): void {
    for (let i = 0; i < this.dirty; i++) this.#machine.fault(0, this.#indexOf(i, spread), 1);
  }

  #sync(): number {
    const { core, cpu, file } = this.#machine;
    let written = 0;
    const spent = this.#machine.measure(() => {
      written = core.syncFile(cpu, file);
    });
    if (written !== this.dirty) throw new Error(`${written} of ${this.dirty} pages were written`);
    return spent / written;
  }

  #indexOf(i: number, spread: Spread): number {
    if (spread === "in a row") return i;
    return i * CLEAN_SHARE + Number(splitmix64(1n, this.#drawn++) % BigInt(CLEAN_SHARE));
  }
}

/** What a pass takes for each dirty page, from 1 Ki pages up to 2^`lastOrder`. */
export function writebackCurve(lastOrder: number, machines: number): Table {
  const points = ordersTo(lastOrder).map((order) => measurePoint(2 ** order, machines));
  const best = Math.min(...points.map(({ scattered }) => scattered.median));
  const all = growth(points.map(({ accesses }) => accesses));
  const others = growth(points.map(({ accesses, tags }) => accesses - tags));
  return {
    title: "One writeback pass over a mapped file with 1 % of its pages dirty",
    note:
      `medians over passes on ${machines} machines, 95 % intervals; accesses by the traced core, ` +
      `most of fewest: ${growthWords(others)} besides the tags, ${growthWords(all)} in all`,
    head: [
      "pages",
      "dirty",
      "ns/dirty page, scattered",
      "of the best",
      "ns/dirty page, in a row",
      "accesses/dirty page",
      "to the tags",
      "others",
    ],
    rows: points.map(({ pages, dirty, scattered, row, accesses, tags }) => [
      String(pages),
      String(dirty),
      interval(scattered),
      (scattered.median / best).toFixed(2),
      interval(row),
      accesses.toFixed(1),
      tags.toFixed(1),
      (accesses - tags).toFixed(1),
    ]),
  };
}

function growth(counts: readonly number[]): number {
  return Math.max(...counts) / Math.min(...counts);
}

function growthWords(ratio: number): string {
  return `${ratio.toFixed(3)} (≤ ${BAR}: ${ratio <= BAR ? "met" : "MISSED"})`;
}

interface Point {
  readonly pages: number;
  readonly dirty: number;
  readonly scattered: Estimate;
  readonly row: Estimate;
  readonly accesses: number;
  readonly tags: number;
}

function ordersTo(last: number): number[] {
  const orders: number[] = [];
  for (let order = FIRST_ORDER; order <= last; order += ORDER_STEP) orders.push(order);
  return orders;
}

function measurePoint(pages: number, machines: number): Point {
  const traced = new WritebackPasses(pages, "accesses");
  const { dirty } = traced;
  const { all: accesses, tags } = traced.passTags("scattered");
  const wanted = Math.ceil(DIRTY_IN_ALL / dirty);
  const passes = Math.min(Math.max(wanted, PASSES.least), PASSES.most);
  const scattered: number[][] = [];
  const row: number[][] = [];
  for (let i = 0; i < machines; i++) {
    const native = new WritebackPasses(pages, "ns");
    const times = (spread: Spread) => Array.from({ length: passes }, () => native.pass(spread));
    scattered.push(times("scattered"));
    row.push(times("in a row"));
  }
  return {
    pages,
    dirty,
    scattered: bootstrapMedian(scattered),
    row: bootstrapMedian(row),
    accesses,
    tags,
  };
}
