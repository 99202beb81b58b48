import { FileMachine, SHARED_READS, SHARED_WRITES, type Unit } from "./file_machine.ts";
import type { Effort } from "./side_by_side.ts";
import { bootstrapMedian, median } from "./statistics.ts";
import { interval, ns, type Table } from "./table.ts";

const MOST_MAPPINGS = 8;
const NO_CALL = "a call from outside the core that does nothing";
/** Where each page is a call of its own; the faults and the writeback loop inside the core. */
const CALLED_SINGLY = " *";

/** Name → what one page took. */
type Costs = Map<string, number>;

/** Every operation on each page of a file in turn, from an empty page cache to an empty one. */
class FileRound {
  readonly #machine: FileMachine;
  #costs: Costs = new Map();

  constructor(
    private readonly pages: number,
    unit: Unit,
  ) {
    this.#machine = new FileMachine(pages, MOST_MAPPINGS, unit);
  }

  run(): Costs {
    this.#costs = new Map();
    this.#measureEach(NO_CALL, () => {
      this.#machine.core.ledgerCount(this.#machine.cpu, 0, 0, 0, 0);
      return 1;
    });
    this.#bufferedIo();
    this.#faults();
    this.#mappings();
    return this.#costs;
  }

  #bufferedIo(): void {
    const { core, cpu, file } = this.#machine;
    core.punchHole(cpu, file, 0, this.pages);
    const read = (index: number) => core.readPage(cpu, file, index);
    const write = (index: number) => core.writeToPage(cpu, file, index);
    this.#measureEach("buffered read, nothing cached", read);
    this.#measureEach("buffered read", read);
    this.#measureEach("buffered write, the first", write);
    this.#measureEach("buffered write, already dirty", write);
    this.#measureSync("writeback of a page, not mapped");
    this.#measureEach("reclaim of a clean page", () => core.makeRoom(cpu));
    for (let index = 0; index < this.pages; index++) read(index);
  }

  #faults(): void {
    this.#machine.map(0, SHARED_READS, 1);
    this.#measure("read fault, page cached", () => this.#machine.fault(0, 0, this.pages, 1));
    this.#machine.unmap(0, 1);
    this.#machine.map(0, SHARED_WRITES);
    this.#measureFault("first write fault (page_mkwrite)");
    this.#measureSync("writeback of a page, mapped once");
    this.#measureFault("write fault after page_mkclean");
  }

  /** One address space after the other maps the file as well; each has written to every page. */
  #mappings(): void {
    for (let mappings = 1; mappings <= MOST_MAPPINGS; mappings++) {
      if (mappings > 1) this.#machine.map(mappings - 1, SHARED_WRITES);
      for (let mm = 0; mm < mappings; mm++) this.#machine.fault(mm, 0, this.pages);
      if ([1, 2, MOST_MAPPINGS].includes(mappings)) {
        this.#measureMkclean(`page_mkclean, ${mappings} mapping${mappings > 1 ? "s" : ""}`);
      }
    }
    for (let mm = 0; mm < MOST_MAPPINGS; mm++) this.#machine.unmap(mm);
    this.#measureMkclean("page_mkclean, not mapped");
    this.#machine.core.syncFile(this.#machine.cpu, this.#machine.file);
  }

  #measure(name: string, work: () => void): void {
    this.#costs.set(name, this.#machine.measure(work) / this.pages);
  }

  /** One call a page; what an empty call takes is taken off. */
  #measureEach(name: string, call: (index: number) => number | undefined): void {
    let failed = 0;
    this.#measure(name, () => {
      for (let index = 0; index < this.pages; index++) if (call(index) === 0) failed++;
    });
    if (failed > 0) throw new Error(`${name}: ${failed} pages failed`);
    if (name === NO_CALL) return;
    const spent = (this.#costs.get(name) ?? 0) - (this.#costs.get(NO_CALL) ?? 0);
    this.#costs.delete(name);
    this.#costs.set(name + CALLED_SINGLY, spent);
  }

  #measureFault(name: string): void {
    this.#measure(name, () => this.#machine.fault(0, 0, this.pages));
  }

  #measureSync(name: string): void {
    const { core, cpu, file } = this.#machine;
    let written = 0;
    this.#measure(name, () => {
      written = core.syncFile(cpu, file);
    });
    if (written !== this.pages) throw new Error(`${name}: ${written} pages were written`);
  }

  /** The page locks are taken before and given back after what is measured. */
  #measureMkclean(name: string): void {
    const { core, cpu } = this.#machine;
    const pages = Array.from({ length: this.pages }, (_, index) => this.#machine.page(index));
    for (const page of pages) core.lockPage(cpu, page);
    this.#measureEach(name, (index) => {
      core.pageMkclean(cpu, pages[index] as number, 0);
      return undefined;
    });
    for (const page of pages) core.unlockPage(cpu, page);
  }
}

/** What faults, page_mkclean(), writeback and buffered I/O take for a page of a file. */
export function fileCosts(pages: number, effort: Effort): Table {
  const accesses = new FileRound(pages, "accesses").run();
  const machines = Array.from({ length: effort.couples }, () => {
    const machine = new FileRound(pages, "ns");
    // The first round finds nothing warm.
    machine.run();
    return Array.from({ length: effort.pairs }, () => machine.run());
  });
  const of = (name: string) =>
    machines.map((rounds) => rounds.map((costs) => costs.get(name) ?? 0));
  return {
    title: `What a page of a file of ${pages} pages takes`,
    note:
      `medians of ${effort.couples} machines × ${effort.pairs} rounds, 95 % intervals; ` +
      `accesses by the traced core; *: less ${NO_CALL}, ${ns(median(of(NO_CALL).flat()))} ns`,
    head: ["operation", "ns/page", "accesses/page"],
    rows: [...accesses]
      .filter(([name]) => name !== NO_CALL)
      .map(([name, count]) => [name, interval(bootstrapMedian(of(name))), ns(count)]),
  };
}
