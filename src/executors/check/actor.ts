/** Where an operation goes on after a call: at its call of that number, or it ends. */
export type Onward = number | "end";

/** One call into the core. Between two calls other CPUs may run. */
export interface Call {
  /** As a person reads it: `pin_user_pages_fast()`. */
  readonly words: string;
  /** The core's part; it is made again, with the same arguments, when it was unwound. */
  readonly call: () => number;
  /** What the laboratory does at once when the call begins; others may run just before it. */
  readonly before?: () => void;
  /** And when it has ended; undefined: the next call follows. */
  readonly after?: (result: number) => Onward | undefined;
}

/** What an actor does as a whole; a shorter counterexample may leave it out. */
export interface Operation {
  readonly words: string;
  readonly calls: readonly Call[];
}

/** One virtual CPU's straight line of operations. */
export interface Actor {
  readonly name: string;
  readonly operations: readonly Operation[];
}
