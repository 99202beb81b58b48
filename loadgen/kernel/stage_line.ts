import { monotonicNs } from "../../src/machine/clock.ts";

const LIVE_LINE_NS = 2e8;
const PLAIN_LINE_NS = 1e9;

/** What a long command is at, on standard error: one live line on a terminal, else plain lines. */
export class StageLine {
  private lastNs = Number.NEGATIVE_INFINITY;
  private shown = false;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private quiet: boolean,
  ) {
    // Whoever read it has gone away.
    stream.once("error", () => {
      this.quiet = true;
      this.shown = false;
    });
  }

  /** Shows it if the last line is old enough. */
  update(text: string): void {
    const nowNs = monotonicNs();
    const every = this.stream.isTTY ? LIVE_LINE_NS : PLAIN_LINE_NS;
    if (this.quiet || nowNs - this.lastNs < every) return;
    this.lastNs = nowNs;
    const width = this.stream.columns ?? 80;
    if (this.stream.isTTY) this.stream.write(`\r\x1b[K${text.slice(0, width - 1)}`);
    else this.stream.write(`${text}\n`);
    this.shown = true;
  }

  /** Clears the live line; the next update shows at once. */
  end(): void {
    if (this.shown && this.stream.isTTY) this.stream.write("\r\x1b[K");
    this.shown = false;
    this.lastNs = Number.NEGATIVE_INFINITY;
  }
}
