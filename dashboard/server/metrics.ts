import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { COARSE } from "../../src/machine/histogram_geometry.ts";
import { Exposition, type Labels } from "../../src/results/openmetrics_text.ts";
import type { Frame } from "../../src/stream/frame.ts";
import type { RunInfo } from "../../src/stream/state.ts";

/** Sums of everything that the frames have told: what a scraper of metrics wants. */
export class Totals {
  private readonly counts: number[] = [];
  private readonly latencies: LatencyHistogram[] = [];
  private readonly counters: number[] = [];
  private frames = 0;

  add(frame: Frame): void {
    this.frames += 1;
    for (const { op, count, latency } of frame.ops) {
      this.counts[op] = (this.counts[op] ?? 0) + count;
      const known = this.latencies[op] ?? LatencyHistogram.empty(COARSE);
      this.latencies[op] = latency.count === 0 ? known : known.plus(latency);
    }
    for (const [index, value] of frame.counters) {
      this.counters[index] = (this.counters[index] ?? 0) + value;
    }
  }

  /** OpenMetrics 1.0; seconds and plain counts, warm-up and teardown included. */
  text(run: RunInfo | undefined, viewers: number, coalesced: number): string {
    const out = new Exposition();
    if (run !== undefined) this.addRun(out, run);
    out.gauge("pinlab_viewers", "", "Who watches now.", [[{}, viewers]]);
    out.counter("pinlab_frames", "", "Looks at the machine.", [[{}, this.frames]]);
    out.counter("pinlab_frames_coalesced", "", "Sums sent for frames that a viewer missed.", [
      [{}, coalesced],
    ]);
    return out.text();
  }

  private addRun(out: Exposition, run: RunInfo): void {
    const { id, name, source, executor, seed } = run;
    out.info("pinlab_live_run", "What runs.", { id, name, source, executor, seed: String(seed) });
    const done = run.ops.flatMap((op, i) => (this.counts[i] ? [[{ op }, this.counts[i]]] : []));
    out.counter(
      "pinlab_live_operations",
      "",
      "Operations, timed or not.",
      done as [Labels, number][],
    );
    const timed = run.ops.flatMap((op, i) =>
      this.latencies[i] ? [[{ op }, this.latencies[i]]] : [],
    );
    out.histogram(
      "pinlab_live_latency_seconds",
      "Latencies of the operations that were timed alone.",
      timed as [Labels, LatencyHistogram][],
    );
    const grown = run.counters.map((counter, i): [Labels, number] => [
      { counter },
      this.counters[i] ?? 0,
    ]);
    out.counter("pinlab_live_events", "", "Counters of the wire, docs/WIRE.md.", grown);
  }
}
