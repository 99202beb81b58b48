import { LiveLine } from "../live_line.ts";

/** What `pinlab kernel` is at. */
export class StageLine {
  private lastNs = Number.NEGATIVE_INFINITY;
  private readonly line: LiveLine;

  constructor(stream: NodeJS.WriteStream, quiet: boolean) {
    this.line = new LiveLine(stream, quiet);
  }

  /** Shows it if the last line is old enough. */
  update(text: string): void {
    const nowNs = this.line.due(this.lastNs);
    if (nowNs === undefined) return;
    this.lastNs = nowNs;
    this.line.write(text);
  }

  /** Clears the live line; the next update shows at once. */
  end(): void {
    this.line.end();
    this.lastNs = Number.NEGATIVE_INFINITY;
  }
}
