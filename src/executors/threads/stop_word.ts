import { ACTOR_STOP_ASKED } from "../../../assembly/shared/actor_layout.ts";
import { CONTROL_STOP, CPU_ACTOR } from "../../../assembly/shared/layout.ts";

/** One actor's stop word, beside the one of all (CONTROL_STOP). `cpu` is its block's address. */

const indexOf = (cpu: number): number => (cpu + CPU_ACTOR + ACTOR_STOP_ASKED) >>> 2;

/** It ends within a slice of its worker, and everything that it holds is given back. */
export function askToStop(words: Int32Array, cpu: number): void {
  Atomics.store(words, indexOf(cpu), 1);
}

/** True if everybody is to stop, or this actor. */
export function isStopped(words: Int32Array, cpu: number): boolean {
  return Atomics.load(words, CONTROL_STOP >>> 2) !== 0 || Atomics.load(words, indexOf(cpu)) !== 0;
}
