import {
  FOLL_WRITE,
  PG_WRITEBACK,
  VM_SHARED,
  VMA_REGULAR_FILE,
} from "../../assembly/shared/codes.ts";
import { FILE_INDEX } from "../../assembly/shared/file_layout.ts";
import { CPU_BUSY } from "../../assembly/shared/layout.ts";
import { breachesOf } from "../../src/executors/findings.ts";
import { checkFiles } from "../../src/machine/file_quiescence.ts";
import { readFaults, readVerdicts } from "../../src/machine/vmstat.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { type InvariantName, promisesOf } from "../../src/scenario/promises.ts";
import { BOUNCED, PINNED, SUBMITTED } from "./file_model_writeback.ts";
import { type Lab, type LabOptions, READ_WRITE } from "./lab.ts";
import { type Outcome, type Program, VirtualCpus } from "./virtual_cpus.ts";

/**
 * B2 and B3 on virtual CPUs: a device writes by a pin to a page of a file, mapped shared, that
 * another CPU writes back. The page is dirty, mapped writable and has buffers to begin with.
 */
export class WritebackRace {
  readonly cpus: VirtualCpus;
  readonly lab: Lab;
  readonly vpn: number;
  readonly promised: readonly InvariantName[];
  /** A write pin came after writeback had asked, and before the page's writeback ended. */
  #pinnedAfterAsking = false;
  #questionsBefore = 0;
  #stage: "before" | "submitting" | "on its way" | "after" = "before";

  constructor(options: LabOptions, setUp: (lab: Lab, vpn: number) => void = () => {}) {
    const machine = { rules: "5.0", bias: 1024, ...options } as const;
    let vpn = 0;
    this.cpus = new VirtualCpus({ pages: 32, filePages: 4, ...machine }, (lab) => {
      vpn = lab.map(1, { flags: READ_WRITE | VM_SHARED, file: VMA_REGULAR_FILE });
      setUp(lab, vpn);
    });
    this.vpn = vpn;
    this.lab = this.cpus.lab;
    const { build: _, cpus: __, mms: ___, vmas: ____, step: _____, ...spec } = machine;
    this.promised = promisesOf(completeMachine(spec));
  }

  get file(): number {
    return this.lab.file(VMA_REGULAR_FILE);
  }

  get page(): number {
    return this.lab.word(this.lab.word(this.file + FILE_INDEX) >>> 0) >>> 0;
  }

  /** Pins on that CPU, lets the device write, gives the page back dirty. Returns what gup did. */
  pin(cpu: number): Program {
    const race = this;
    return function* pinAndDirty(lab) {
      const [at, arena] = [lab.cpu(cpu), lab.arena(cpu)];
      lab.setWord(at + CPU_BUSY, 1);
      const pages = yield () =>
        lab.core.pinUserPagesFast(at, lab.mm(), race.vpn, 1, FOLL_WRITE, arena);
      if (pages > 0) race.holdOn(cpu);
      lab.setWord(at + CPU_BUSY, 0);
      if (pages <= 0) return pages;
      yield () => lab.core.deviceWrites(at, race.file, arena, 1);
      yield* race.unpinDirty(cpu);
      return pages;
    };
  }

  /** An attempt to write the page; what an earlier one was told is of no account. */
  #beginAsking(): void {
    this.#stage = "submitting";
    this.#pinnedAfterAsking = false;
    this.#questionsBefore = this.#questions();
  }

  #questions(): number {
    return readVerdicts(this.lab.machine).reduce((sum, count) => sum + count, 0);
  }

  /** Only the second half: the page was pinned before. */
  unpinning(cpu: number): Program {
    const race = this;
    return function* writeAndUnpin(lab) {
      yield () => lab.core.deviceWrites(lab.cpu(cpu), race.file, lab.arena(cpu), 1);
      yield* race.unpinDirty(cpu);
      return 1;
    };
  }

  /** The ledger hears of a pin, and the race of one that comes too late. */
  holdOn(cpu: number): void {
    const { lab } = this;
    lab.core.ledgerCount(lab.cpu(cpu), lab.arena(cpu), 1, FOLL_WRITE, 1);
    const asked = this.#questions() > this.#questionsBefore;
    const ended = this.#stage === "on its way" && (lab.flags(this.page) & PG_WRITEBACK) === 0;
    const isBetween = this.#stage === "submitting" || this.#stage === "on its way";
    if (asked && isBetween && !ended) this.#pinnedAfterAsking = true;
  }

  *unpinDirty(cpu: number): Generator<() => number, void, number> {
    const { lab } = this;
    const [at, arena] = [lab.cpu(cpu), lab.arena(cpu)];
    lab.setWord(at + CPU_BUSY, 1);
    lab.core.ledgerCount(at, arena, 1, FOLL_WRITE, -1);
    yield () => {
      lab.core.unpinUserPagesDirtyLock(at, arena, 1);
      return 0;
    };
    lab.setWord(at + CPU_BUSY, 0);
  }

  /** Writes the page back, its submission and its completion apart. Returns WRITE_*. */
  writeBack(cpu: number, sync = false): Program {
    const race = this;
    return function* writePageBack(lab) {
      const at = lab.cpu(cpu);
      race.#beginAsking();
      const result = yield () => lab.core.submitOnePage(at, race.file, 0, Number(sync));
      if (result === SUBMITTED || result === BOUNCED) {
        race.#stage = "on its way";
        const page = race.page;
        const content = lab.word(lab.machine.plan.contentAt + lab.pfn(page) * 4);
        yield () => {
          lab.core.completeOnePage(at, page, content, Number(result === BOUNCED));
          return 0;
        };
      }
      race.#stage = "after";
      return result;
    };
  }

  /**
   * As writeBack(), under the policy `wait`: again and again until the page is not pinned. The
   * references that it waits on are read before it asks, or (`late`) when it has been told.
   */
  writeWhenUnpinned(cpu: number, late = false): Program {
    const race = this;
    return function* waitAndWrite(lab) {
      while (true) {
        const { page } = race;
        const before = lab.refcount(page);
        const result = yield* race.writeBack(cpu)(lab);
        if (result !== PINNED) return result;
        const references = late ? lab.refcount(page) : before;
        yield () => lab.core.waitForUnpin(lab.cpu(cpu), page, references);
      }
    };
  }

  run(programs: readonly Program[], turns: readonly number[]): Outcome {
    this.#pinnedAfterAsking = false;
    this.#stage = "before";
    return this.cpus.run(programs, turns);
  }

  /** Of a run that has just ended: the invariants that it broke, files closed as a run does it. */
  breaches({ results, deadlock }: Outcome, writer: number): InvariantName[] {
    const { lab } = this;
    if (deadlock) return ["no-deadlock"];
    const late = this.#pinnedAfterAsking && results[writer] === SUBMITTED;
    lab.core.munmapRegion(lab.cpu(), lab.mm(), this.vpn, 1);
    lab.core.lastSync(lab.cpu(), this.file);
    const counts = checkFiles(lab.machine);
    lab.core.closeFile(lab.cpu(), this.file);
    const names = breachesOf(readFaults(lab.machine), counts, [], []).map(({ name }) => name);
    return [...new Set<InvariantName>([...(names as InvariantName[]), ...lateName(late)])];
  }

  /**
   * Every schedule with one and with two switches, either CPU first: how often each promised
   * invariant was broken, the first schedule that did it, and how many schedules there were.
   */
  explore(first: Program, second: Program, writer: 0 | 1): Explored {
    const broken = new Map<InvariantName, { count: number; turns: readonly number[] }>();
    const results = new Set<string>();
    let schedules = 0;
    const look = (outcome: Outcome, turns: readonly number[]): void => {
      schedules++;
      results.add(outcome.results.join());
      for (const name of this.breaches(outcome, writer)) {
        const known = broken.get(name) ?? { count: 0, turns };
        broken.set(name, { ...known, count: known.count + 1 });
      }
    };
    const programs = [first, second];
    const alone = this.run(programs, []).accesses.filter(({ cpu }) => cpu === 0).length;
    for (let one = 0; one <= alone; one++) {
      const outcome = this.run(programs, [one]);
      const others = outcome.accesses.filter(({ cpu }) => cpu === 1).length;
      look(outcome, [one]);
      for (let two = 1; two < others; two++) look(this.run(programs, [one, two]), [one, two]);
    }
    return { broken, schedules, results };
  }
}

export interface Explored {
  readonly broken: ReadonlyMap<InvariantName, { count: number; turns: readonly number[] }>;
  readonly schedules: number;
  readonly results: ReadonlySet<string>;
}

function lateName(late: boolean): InvariantName[] {
  return late ? ["verdict-stable"] : [];
}
