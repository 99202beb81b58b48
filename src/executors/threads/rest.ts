import { ACTOR_AT_REST, ACTOR_OFF } from "../../../assembly/shared/actor_layout.ts";
import { CONTROL_PAUSE, CONTROL_STOP, CPU_ACTOR } from "../../../assembly/shared/layout.ts";

/**
 * Words by which an actor is brought to rest: the pause epoch of all, an actor's own switch, and
 * its worker's answer. `cpu` is the address of the actor's CPU block.
 */

const offAt = (cpu: number): number => (cpu + CPU_ACTOR + ACTOR_OFF) >>> 2;
const answerAt = (cpu: number): number => (cpu + CPU_ACTOR + ACTOR_AT_REST) >>> 2;

/** The worker's look: is the actor to hold nothing, and to wait? */
export function mustRest(words: Int32Array, cpu: number): boolean {
  return isPaused(words) || isOff(words, cpu);
}

export function isPaused(words: Int32Array): boolean {
  return Atomics.load(words, CONTROL_PAUSE >>> 2) % 2 !== 0;
}

/** The worker's answer: the actor holds nothing any more, or goes on. */
export function setAtRest(words: Int32Array, cpu: number, isAtRest: boolean): void {
  Atomics.store(words, answerAt(cpu), isAtRest ? 1 : 0);
}

export function isAtRest(words: Int32Array, cpu: number): boolean {
  return Atomics.load(words, answerAt(cpu)) !== 0;
}

/** Asks everybody to rest, or lets everybody go on who is not off. */
export function setPaused(words: Int32Array, paused: boolean): void {
  const at = CONTROL_PAUSE >>> 2;
  if (isPaused(words) !== paused) Atomics.add(words, at, 1);
  wake(words);
}

/** Who rests, and who sleeps in the core until something is due. */
function wake(words: Int32Array): void {
  Atomics.notify(words, CONTROL_PAUSE >>> 2);
  Atomics.notify(words, CONTROL_STOP >>> 2);
}

export function setOff(words: Int32Array, cpu: number, off: boolean): void {
  Atomics.store(words, offAt(cpu), off ? 1 : 0);
  wake(words);
}

export function isOff(words: Int32Array, cpu: number): boolean {
  return Atomics.load(words, offAt(cpu)) !== 0;
}

/** Sleeps for `ms`, or until somebody turns a switch. */
export function sleepAtRest(words: Int32Array, ms: number): void {
  const at = CONTROL_PAUSE >>> 2;
  Atomics.wait(words, at, Atomics.load(words, at), ms);
}
