import {
  MUST_BUDDY_FREE,
  MUST_LOCK_HELD,
  MUST_LOCK_HOLDER_ALIVE,
  MUST_PATTERN,
  MUST_POOL_OBJECT,
  MUST_REFCOUNT,
  MUST_VMA_IN_TREE,
} from "../../../assembly/shared/codes.ts";
import { CPU_FAULTS, FAULTS_TOTAL } from "../../../assembly/shared/layout.ts";
import { checkFiles } from "../../machine/file_quiescence.ts";
import { checkQuiescence } from "../../machine/quiescence.ts";
import { readFaults } from "../../machine/vmstat.ts";
import type { InvariantName } from "../../scenario/promises.ts";
import { breachesOf } from "../findings.ts";
import type { Breach } from "./explore.ts";
import { ReferenceFloor } from "./reference_floor.ts";
import type { UndoMemory } from "./undo_memory.ts";
import { SleepsForEver, type VirtualCpus } from "./virtual_cpus.ts";
import type { World } from "./world.ts";

/** Must hold in every race, whatever it is about. */
const ALWAYS: readonly InvariantName[] = [
  "no-overflow",
  "no-use-after-free",
  "no-sleep-in-atomic",
  "no-deadlock",
  "conserved-refcount",
];

/** MUST_*: recorded just before the core traps. */
const IMPOSSIBLE = MUST_LOCK_HOLDER_ALIVE;
const IMPOSSIBLE_WORDS: Readonly<Record<number, string>> = {
  0: "it trapped",
  [MUST_LOCK_HOLDER_ALIVE]: "whoever holds a lock is dead",
  [MUST_BUDDY_FREE]: "a free page was freed",
  [MUST_POOL_OBJECT]: "a table was given back twice",
  [MUST_VMA_IN_TREE]: "an area of memory is not in its list",
  [MUST_LOCK_HELD]: "a lock that nobody holds was unlocked",
  [MUST_PATTERN]: "an actor has no pattern",
  [MUST_REFCOUNT]: "a page that is still referenced was freed",
};

/** What a race looks at beside the machine's own records. */
export interface RaceRules {
  /** Beside those that must always hold. */
  readonly holds: readonly InvariantName[];
  /** After each transition; cheap. */
  readonly afterStep?: (() => Breach | undefined) | undefined;
  /** Before each access of a CPU. */
  readonly onAccess?: ((cpu: number, address: number) => void) | undefined;
  /** Gives back what the race still holds when all have ended. */
  readonly takeDown: () => void;
}

/**
 * Judges a race: the faults that the core records, after each transition; and at the end, when the
 * machine is taken down (unmapped, synced, closed), every count and the disk.
 */
export class RaceJudge {
  readonly #world: World;
  readonly #memory: UndoMemory;
  readonly #cpus: VirtualCpus;
  readonly #rules: RaceRules;
  readonly #floor: ReferenceFloor;
  /** By CPU: where it counts the faults that it records. */
  readonly #faultsAt: readonly number[];
  readonly #holds: ReadonlySet<string>;
  /** Of the last execution: nobody could run any more when it was judged. */
  isOver = false;
  /** What was found at ends that were judged already, by their fingerprints. */
  readonly #ends = new Map<number, Breach | undefined>();

  constructor(world: World, memory: UndoMemory, cpus: VirtualCpus, rules: RaceRules) {
    this.#world = world;
    this.#memory = memory;
    this.#cpus = cpus;
    this.#rules = rules;
    this.#floor = new ReferenceFloor(world);
    const cpuNumbers = Array.from({ length: world.cpus }, (_, cpu) => cpu);
    this.#faultsAt = cpuNumbers.map((cpu) => world.cpu(cpu) + CPU_FAULTS + FAULTS_TOTAL);
    this.#holds = new Set<string>([...ALWAYS, ...rules.holds]);
  }

  afterStep(cpu: number): Breach | undefined {
    this.isOver = false;
    const recorded = this.#world.word(this.#faultsAt[cpu] as number);
    const fault = recorded > 0 ? this.#recorded([]) : undefined;
    return fault ?? this.#rules.afterStep?.() ?? this.#floor.check(this.#cpus.pagesTouched);
  }

  atEnd(): Breach | undefined {
    this.isOver = true;
    this.#memory.settle();
    const { low, high } = this.#memory;
    // 53 bits of the fingerprint.
    const key = (high >>> 0) * 2 ** 21 + (low >>> 11);
    if (this.#ends.has(key)) return this.#ends.get(key);
    const mark = this.#memory.mark();
    const breach = this.#takeDown();
    this.#memory.undo(mark);
    this.#ends.set(key, breach);
    return breach;
  }

  atDeadlock(): Breach {
    this.isOver = true;
    const waiting: string[] = [];
    for (let cpu = 0; cpu < this.#cpus.count; cpu++) {
      const address = this.#cpus.waitsAt(cpu);
      if (address !== undefined) waiting.push(`CPU${cpu} waits at ${this.#world.name(address)}`);
    }
    return { invariant: "no-deadlock", words: `nobody can go on: ${waiting.join(", ")}` };
  }

  atTrap(cpu: number): Breach {
    return this.#impossible(`CPU${cpu} found the machine`);
  }

  #impossible(found: string): Breach {
    const { first } = readFaults(this.#world.machine);
    const code = first.find((fault) => fault.code >= IMPOSSIBLE)?.code;
    const words = `${found} in an impossible state (${IMPOSSIBLE_WORDS[code ?? 0]})`;
    return { invariant: "conserved-refcount", words };
  }

  #takeDown(): Breach | undefined {
    const { machine } = this.#world;
    let counts: string[] = [];
    try {
      this.#cpus.alone(() => {
        this.#rules.takeDown();
        this.#world.unmapAndSync();
        counts = checkFiles(machine);
        this.#world.close();
        counts.push(...checkQuiescence(machine));
      });
    } catch (fault) {
      if (fault instanceof WebAssembly.RuntimeError) {
        return this.#impossible("when all had ended, the machine was");
      }
      if (!(fault instanceof SleepsForEver)) throw fault;
      const where = this.#world.name(fault.address);
      return { invariant: "no-deadlock", words: `when all had ended, ${where} was still held` };
    }
    return this.#recorded(counts);
  }

  /** The first of what was recorded that had to hold. */
  #recorded(counts: readonly string[]): Breach | undefined {
    const found = breachesOf(readFaults(this.#world.machine), counts, [], []);
    const breach = found.find(({ name }) => this.#holds.has(name));
    return breach && { invariant: breach.name as InvariantName, words: breach.first };
  }
}
