import type { InvariantName } from "../../../scenario/promises.ts";
import type { Breach } from "../explore.ts";

/** What a race finds while an actor runs, kept until the transition has ended. */
export class Alarm {
  #breach: Breach | undefined;

  raise(invariant: InvariantName, words: string): void {
    this.#breach = { invariant, words };
  }

  /** For RaceRules.afterStep: each breach once. */
  readonly heard = (): Breach | undefined => {
    const breach = this.#breach;
    this.#breach = undefined;
    return breach;
  };
}
