import { breachesOf } from "../../src/executors/findings.ts";
import type { Machine } from "../../src/machine/machine.ts";
import {
  readFallbacks,
  readFaults,
  readVerdicts,
  readVmstat,
  readWork,
} from "../../src/machine/vmstat.ts";
import { INVARIANT_NAMES } from "../../src/scenario/promises.ts";
import type { LookSums } from "./actor_looks.ts";
import { VERDICT_COUNTERS } from "./run_facts.ts";

/** The machine's counters as the last look found them; they only grow. */
export class MachineCounters {
  private before: readonly number[];

  constructor(private readonly machine: Machine) {
    this.before = this.read();
  }

  /** How far each counter of the wire went on; `sums` gives the actors' part and is emptied. */
  look(sums: LookSums, samplingUs: number): Map<number, number> {
    const now = this.read();
    const grown = now.map((value, i) => value - (this.before[i] ?? 0));
    this.before = now;
    const counters = new Map<number, number>();
    [...grown, ...sums.io, samplingUs].forEach((value, i) => {
      if (value > 0) counters.set(i, value);
    });
    sums.io.fill(0);
    return counters;
  }

  /** In the order of COUNTERS, which begins with the machine's. */
  private read(): number[] {
    const { machine } = this;
    const breaches = breachesOf(readFaults(machine), [], [], []);
    const broken = new Map(breaches.map(({ name, count }) => [name, count]));
    const verdicts = readVerdicts(machine);
    return [
      ...Object.values(readVmstat(machine)),
      ...Object.values(readWork(machine)),
      ...Object.values(readFallbacks(machine)),
      ...VERDICT_COUNTERS.map((_, code) => verdicts[code] ?? 0),
      ...INVARIANT_NAMES.map((name) => broken.get(name) ?? 0),
    ];
  }
}
