/** What a scheduler sees of a state between two transitions; not to be kept. */
export interface SchedulingPoint {
  /** Transitions from the start to here. */
  readonly depth: number;
  /** A bit a CPU. */
  readonly runnable: number;
  /** The CPU that has run last; -1 at the start. */
  readonly running: number;
  /** The state's fingerprint. */
  readonly low: number;
  readonly high: number;
}

/** Who runs next: what tells one way of exploring from another. */
export interface Scheduler {
  /**
   * A new execution begins: how many transitions of the last one it keeps; undefined: there is
   * none any more.
   */
  newExecution(): number | undefined;
  /** One of the CPUs that are runnable (never none); undefined: nothing new lies behind here. */
  next(point: SchedulingPoint): number | undefined;
}

/** The CPU that has run last if it can go on, else the first that can. */
export function straightOn({ runnable, running }: SchedulingPoint): number {
  return running >= 0 && runnable & (1 << running) ? running : firstOf(runnable);
}

/** The lowest bit that is set. */
export function firstOf(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
