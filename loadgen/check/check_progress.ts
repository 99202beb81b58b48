import type { Effort } from "../../src/executors/check/outcome.ts";
import { monotonicNs } from "../../src/machine/clock.ts";
import { effortWords } from "../../src/results/check_text.ts";
import { spanWords } from "../../src/results/words.ts";
import { LiveLine } from "../live_line.ts";

/** How far many checks are, and about how long they will still take. */
export class CheckProgress {
  readonly #line: LiveLine;
  readonly #total: number;
  readonly #begunNs = monotonicNs();
  #done = 0;
  #lastNs = 0;

  constructor(stream: NodeJS.WriteStream, quiet: boolean, total: number) {
    this.#line = new LiveLine(stream, quiet);
    this.#total = total;
  }

  get seconds(): number {
    return (monotonicNs() - this.#begunNs) / 1e9;
  }

  update(race: string, effort: Effort): void {
    const nowNs = this.#line.due(this.#lastNs);
    if (nowNs === undefined) return;
    this.#lastNs = nowNs;
    const words = progressWords(this.#done, this.#total, this.seconds);
    this.#line.write(`${words}; ${race}: ${effortWords(effort)}`);
  }

  /** One more check has ended. */
  ended(): void {
    this.#done++;
  }

  /** Clears the live line, so that what follows starts on a clean one. */
  clear(): void {
    this.#line.end();
  }
}

/** `12 of 60 checks, 30 s, about 2 min 0 s to go`: as long as those that are done took each. */
export function progressWords(done: number, total: number, seconds: number): string {
  const passed = `${done} of ${total} checks, ${spanWords(seconds)}`;
  if (done === 0) return passed;
  return `${passed}, about ${spanWords((seconds / done) * (total - done))} to go`;
}
