import { monotonicNs } from "../src/machine/clock.ts";

const LIVE_LINE_NS = 2e8;
const PLAIN_LINE_NS = 1e9;

/** What a long command is at, on standard error: one live line on a terminal, else plain lines. */
export class LiveLine {
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

  /** Now, ns, if a line is wanted and the last one, of `lastNs`, is old enough. */
  due(lastNs: number): number | undefined {
    const nowNs = monotonicNs();
    const everyNs = this.stream.isTTY ? LIVE_LINE_NS : PLAIN_LINE_NS;
    return this.quiet || nowNs - lastNs < everyNs ? undefined : nowNs;
  }

  write(line: string): void {
    const width = this.stream.columns ?? 80;
    if (this.stream.isTTY) this.stream.write(`\r\x1b[K${line.slice(0, width - 1)}`);
    else this.stream.write(`${line}\n`);
    this.shown = true;
  }

  /** Clears the live line, so that what follows starts on a clean one. */
  end(): void {
    if (this.shown && this.stream.isTTY) this.stream.write("\r\x1b[K");
    this.shown = false;
  }
}
