import * as fc from "fast-check";
import { cpusOf, isPreempted, runnableOf, stepped, type Toy, type Visit } from "./toy.ts";

/** Two or three CPUs of a few steps, some of which wait for each other. */
export const toys: fc.Arbitrary<Toy> = fc
  .array(fc.nat(4), { minLength: 2, maxLength: 3 })
  .chain((steps) => {
    const cpu = fc.nat(steps.length - 1);
    const gate = fc.record({ cpu, at: fc.nat(3), of: cpu, far: fc.nat(4) });
    return fc.record({ steps: fc.constant(steps), gates: fc.array(gate, { maxLength: 3 }) });
  });

export interface Reached extends Visit {
  /** As few as any schedule needs. */
  readonly preemptions: number;
}

/** Every state with whoever ran last, by trying everything: breadth first, cheapest first. */
export function everyVisit(toy: Toy): Reached[] {
  const found = new Map<string, Reached>();
  const start = { positions: toy.steps.map(() => 0), running: -1 };
  let layer: Visit[] = [start];
  for (let preemptions = 0; layer.length > 0; preemptions++) {
    const next: Visit[] = [];
    for (let visit = layer.pop(); visit !== undefined; visit = layer.pop()) {
      const { positions, running } = visit;
      const key = `${positions}: ${running}`;
      if (found.has(key)) continue;
      found.set(key, { ...visit, preemptions });
      const runnable = runnableOf(toy, positions);
      for (const cpu of cpusOf(runnable)) {
        const into = isPreempted(running, runnable, cpu) ? next : layer;
        into.push({ positions: stepped(positions, cpu), running: cpu });
      }
    }
    layer = next;
  }
  return [...found.values()];
}

/** Of any schedule from there to its end. */
export function mostPreemptions(toy: Toy, from?: Visit, known = new Map<string, number>()): number {
  const { positions, running } = from ?? { positions: toy.steps.map(() => 0), running: -1 };
  const key = `${positions}: ${running}`;
  const runnable = runnableOf(toy, positions);
  let most = known.get(key);
  if (most === undefined) {
    const onward = cpusOf(runnable).map((cpu) => {
      const next = { positions: stepped(positions, cpu), running: cpu };
      return (isPreempted(running, runnable, cpu) ? 1 : 0) + mostPreemptions(toy, next, known);
    });
    most = Math.max(0, ...onward);
    known.set(key, most);
  }
  return most;
}
