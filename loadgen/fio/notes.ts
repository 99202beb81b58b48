/** What the reader of the input wants the reader of the result to know, each thing once. */
export class Notes {
  readonly #notes = new Set<string>();
  readonly #ofEmulator = new Set<string>();
  readonly #accepted = new Set<string>();

  add(note: string): void {
    this.#notes.add(note);
  }

  /** What the real fio does otherwise. */
  addOfEmulator(note: string): void {
    this.#notes.add(note);
    this.#ofEmulator.add(note);
  }

  /** An option that fio knows and that does not matter here. */
  accept(name: string): void {
    this.#accepted.add(name);
  }

  all(): readonly string[] {
    const notes = [...this.#notes];
    if (this.#accepted.size > 0) {
      notes.push(`without effect on pinning: ${[...this.#accepted].sort().join(", ")}`);
    }
    return notes;
  }

  /** What is true of the job whoever runs it, the real fio too. */
  ofReading(): readonly string[] {
    return [...this.#notes].filter((note) => !this.#ofEmulator.has(note));
  }
}
