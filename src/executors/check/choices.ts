/** By depth of the present execution: who has not been tried there. */
export class Choices {
  readonly #untried: number[] = [];
  #hasBegun = false;

  /** How many transitions the next execution keeps; undefined: everything was tried. */
  newExecution(): number | undefined {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return 0;
    }
    while (this.#untried.length > 0 && this.#untried.at(-1) === 0) this.#untried.pop();
    return this.#untried.length === 0 ? undefined : this.#untried.length - 1;
  }

  /** Who is left at the depth; undefined: it is a new one. */
  left(depth: number): number | undefined {
    return this.#untried[depth];
  }

  /** At the depth, the first new one, these are to be tried; `cpu`: now. */
  open(depth: number, cpus: number, cpu: number): void {
    this.#untried[depth] = cpus & ~(1 << cpu);
  }

  /** One more of those that are left. */
  take(depth: number): number {
    const left = this.#untried[depth] as number;
    this.#untried[depth] = left & (left - 1);
    return 31 - Math.clz32(left & -left);
  }
}
