import { VERDICT_COUNT } from "../../../assembly/shared/codes.ts";
import { CPU_VERDICTS, PAGE_BYTES } from "../../../assembly/shared/layout.ts";
import { readFaults } from "../../machine/vmstat.ts";
import { breachesOf } from "../findings.ts";
import type { Breach } from "./explore.ts";
import { lowestTables, type PageState, pageStates } from "./page_state.ts";
import type { CallEvent, Timeline, TimelineEvent } from "./timeline.ts";
import { pfnOf, tellingOf } from "./told_words.ts";
import type { Trial } from "./trial.ts";
import type { VirtualCpus } from "./virtual_cpus.ts";
import type { World } from "./world.ts";

/** A word that is compared with what it held before. */
interface Watched {
  readonly address: number;
  readonly before: number;
}

/**
 * Listens to a trial while it is replayed, up to the moment at which the invariant breaks. What an
 * access did is seen at the next one; what changes beside accesses (what a page and the disk hold,
 * the counters of verdicts) is looked at then too.
 */
export class Recorder {
  readonly #world: World;
  readonly #breach: Breach;
  readonly #heard: Trial["heard"];
  readonly #events: TimelineEvent[] = [];
  readonly #calls: (Writable<CallEvent> | undefined)[] = [];
  readonly #before: PageState[];
  /** The access that is under way. */
  #access: Watched | undefined;
  #contents: Watched[];
  #verdicts: Watched[];
  /** The CPU of the last step, and how many steps there were. */
  #cpu = 0;
  #steps = 0;
  #broke: Timeline["broke"] | undefined;
  #after: PageState[] = [];

  constructor(trial: Trial, breach: Breach) {
    this.#world = trial.world;
    this.#breach = breach;
    this.#heard = trial.heard;
    this.#before = pageStates(trial.world);
    this.#contents = contentWords(trial.world).map((address) => this.#watch(address));
    this.#verdicts = verdictWords(trial.world).map((address) => this.#watch(address));
    this.#listen(trial.cpus);
  }

  /** When the replay has ended and is not yet undone. */
  end(isOver: boolean): void {
    this.#settle();
    if (this.#broke === undefined) this.#breaks(isOver ? undefined : this.#cpu);
  }

  told(): Omit<Timeline, "actors"> {
    if (this.#broke === undefined) throw new Error("the replay has not ended");
    const touched = new Set(this.#events.map((event) => "pfn" in event && event.pfn));
    const [before, after] = [this.#before, this.#after].map((states) =>
      states.filter(({ pfn }) => touched.has(pfn)),
    ) as [PageState[], PageState[]];
    return { events: this.#events, broke: this.#broke, before, after };
  }

  #listen(cpus: VirtualCpus): void {
    const { onAccess } = cpus;
    cpus.onAccess = (cpu, address, kind) => {
      this.#settle();
      onAccess?.(cpu, address, kind);
      this.#step(cpu);
      this.#access = this.#watch(address);
    };
    cpus.onCall = (cpu, { words }) => {
      this.#settle();
      this.#calls[cpu] = { kind: "call", cpu, step: this.#steps, words, end: this.#steps };
      if (this.#broke === undefined) this.#events.push(this.#calls[cpu]);
      this.#step(cpu);
    };
  }

  #step(cpu: number): void {
    if (this.#broke !== undefined) return;
    this.#cpu = cpu;
    this.#steps++;
    const call = this.#calls[cpu];
    if (call !== undefined) call.end = this.#steps;
  }

  /** Tells what the last step has done. */
  #settle(): void {
    if (this.#broke !== undefined) return;
    if (this.#access !== undefined) this.#compare([this.#access]);
    this.#access = undefined;
    this.#contents = this.#compare(this.#contents);
    this.#verdicts = this.#answer(this.#verdicts);
    const recorded = breachesOf(readFaults(this.#world.machine), [], [], []);
    const { invariant, words } = this.#breach;
    const isRecorded = recorded.some(({ name, first }) => name === invariant && first === words);
    const heard = this.#heard();
    const isHeard = heard?.invariant === invariant && heard.words === words;
    if (isRecorded || isHeard) this.#breaks(this.#cpu);
  }

  #breaks(cpu: number | undefined): void {
    this.#broke = { cpu, step: this.#steps };
    this.#after = pageStates(this.#world);
  }

  #watch(address: number): Watched {
    return { address, before: this.#world.word(address) };
  }

  /** Tells which of the words have changed; what is to be compared next time. */
  #compare(words: readonly Watched[]): Watched[] {
    return words.map((watched) => {
      const now = this.#watch(watched.address);
      if (now.before !== watched.before) this.#change(watched, now.before);
      return now;
    });
  }

  #change({ address, before }: Watched, after: number): void {
    const name = this.#world.name(address);
    const telling = tellingOf(name);
    if (telling === undefined) return;
    const table = address - (address % PAGE_BYTES);
    if (telling === "entry" && !lowestTables(this.#world).includes(table)) return;
    const happening = { cpu: this.#cpu, step: this.#steps - 1 };
    const pfn = pfnOf(name);
    this.#events.push({ kind: "change", ...happening, name, telling, pfn, before, after });
  }

  /** As above, of counters of verdicts. */
  #answer(words: readonly Watched[]): Watched[] {
    return words.map((watched, index) => {
      const now = this.#watch(watched.address);
      if (now.before !== watched.before) {
        const happening = { cpu: this.#cpu, step: this.#steps - 1 };
        this.#events.push({ kind: "verdict", ...happening, code: index % VERDICT_COUNT });
      }
      return now;
    });
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What pages hold, and what the disk holds: no access of the core's tells of it. */
function contentWords({ machine }: World): number[] {
  const { contentAt, pages, filePlaces, files } = machine.plan;
  const ofPages = Array.from({ length: pages }, (_, pfn) => contentAt + pfn * 4);
  const onDisk = filePlaces.flatMap(({ diskAt }, file) =>
    Array.from({ length: files[file]?.pages ?? 0 }, (_, index) => diskAt + index * 4),
  );
  return [...ofPages, ...onDisk];
}

/** A counter a CPU and verdict. */
function verdictWords(world: World): number[] {
  return Array.from({ length: world.cpus * VERDICT_COUNT }, (_, index) => {
    const [cpu, code] = [Math.floor(index / VERDICT_COUNT), index % VERDICT_COUNT];
    return world.cpu(cpu) + CPU_VERDICTS + code * 8;
  });
}
