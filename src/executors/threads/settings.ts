import type { Machine } from "../../machine/machine.ts";
import { type KernelFault, readFaults, readVmstat } from "../../machine/vmstat.ts";
import type { InvariantBreach } from "../../results/record.ts";
import { type InvariantName, promisesOf } from "../../scenario/promises.ts";
import type { MachineSpec, Scenario } from "../../scenario/scenario.ts";
import type { Change } from "../../scenario/timed_change.ts";
import type { ChangeRecord } from "../control.ts";
import { breachesOf } from "../findings.ts";

/** A part of the run under one machine, and what had been counted when it began. */
interface Part {
  readonly machine: MachineSpec;
  readonly faultsBefore: readonly number[];
  readonly acquiredBefore: number;
}

/**
 * What the knobs stand at, and the parts of the run between changes of the machine: each breach is
 * judged by what was promised when it happened.
 */
export class Settings {
  sample: number;
  ratePercent = 100;
  readonly iodepths = new Map<string, number>();
  readonly changes: ChangeRecord[] = [];
  readonly notes: string[] = [];
  /** Counts that were found wrong while nobody held a pin. */
  readonly breaches: string[] = [];
  private readonly parts: Part[];

  constructor(
    scenario: Scenario,
    private readonly onChange: ((change: ChangeRecord) => void) | undefined,
  ) {
    this.sample = scenario.run.sample;
    this.parts = [{ machine: scenario.machine, faultsBefore: [], acquiredBefore: 0 }];
  }

  get machine(): MachineSpec {
    return (this.parts.at(-1) as Part).machine;
  }

  /** What any part of the run promised. */
  get promised(): InvariantName[] {
    return [...new Set(this.parts.flatMap(({ machine }) => promisesOf(machine)))];
  }

  /** Were pins plain references for a part of the run? */
  get wasPlain(): boolean {
    return this.parts.some(({ machine }) => machine.scheme === "refcount");
  }

  changed(change: ChangeRecord): void {
    this.changes.push(change);
    this.onChange?.(change);
  }

  changesMachine(machine: Machine, spec: MachineSpec): void {
    this.parts.push({
      machine: spec,
      faultsBefore: readFaults(machine).counts,
      acquiredBefore: acquired(machine),
    });
  }

  /** What the scenario wanted turned and could not be. */
  refused(change: Change, reason: string): void {
    this.notes.push(`the change of ${change.knob} that the scenario has was refused: ${reason}`);
  }

  breached(words: string): void {
    this.breaches.push(words);
  }

  /** A new group starts with what the scenario says of its queues and rates. */
  beginGroup(): void {
    this.iodepths.clear();
    this.ratePercent = 100;
  }

  /** Pins that were plain references. */
  plainPins(machine: Machine): number {
    return this.parts.reduce((sum, part, i) => {
      const end = this.parts[i + 1]?.acquiredBefore ?? acquired(machine);
      return part.machine.scheme === "refcount" ? sum + end - part.acquiredBefore : sum;
    }, 0);
  }

  /** Breaches by invariant, of every part by its own promises. */
  breachesOf(
    faults: { readonly counts: readonly number[]; readonly first: readonly KernelFault[] },
    quiescence: readonly string[],
    deadlocks: readonly string[],
  ): InvariantBreach[] {
    const found = this.parts.flatMap((part, i) => {
      const end = this.parts[i + 1]?.faultsBefore ?? faults.counts;
      const counts = end.map((count, code) => count - (part.faultsBefore[code] ?? 0));
      const isLast = i === this.parts.length - 1;
      const [left, stuck] = isLast ? [quiescence, deadlocks] : [[], []];
      return breachesOf({ counts, first: faults.first }, left, stuck, promisesOf(part.machine));
    });
    const names = [...new Set(found.map(({ name }) => name))];
    return names.map((name) => merged(found.filter((breach) => breach.name === name)));
  }
}

/** A broken promise outweighs what was to be expected under other settings. */
function merged(breaches: readonly InvariantBreach[]): InvariantBreach {
  const broken = breaches.filter(({ expected }) => !expected);
  const told = broken.length > 0 ? broken : breaches;
  const count = told.reduce((sum, one) => sum + one.count, 0);
  return { ...(told[0] as InvariantBreach), count };
}

function acquired(machine: Machine): number {
  return readVmstat(machine).nr_foll_pin_acquired ?? 0;
}
