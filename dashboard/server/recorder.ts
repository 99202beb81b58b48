import { RunControl } from "../../src/executors/control.ts";
import type { RunObserver } from "../../src/executors/threads/run_threads.ts";
import type { TimelineJson } from "../../src/results/pinlab_json.ts";
import { Timeline } from "../../src/stream/timeline.ts";
import { Sampler } from "./sampler.ts";
import { timelineJson } from "./timeline_json.ts";

/** Watches a run for its report: what a page would have been sent, and nobody to send it to. */
export class Recorder {
  readonly control = new RunControl();
  private readonly frames = new Timeline();
  readonly observer: RunObserver = new Sampler(
    (frame) => this.frames.add(frame),
    () => this.control.state,
  );

  get timeline(): TimelineJson {
    return timelineJson(this.frames.frames());
  }
}
