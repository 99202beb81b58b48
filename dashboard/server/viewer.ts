import type { WebSocket } from "ws";
import { monotonicNs } from "../../src/machine/clock.ts";
import type { Frame } from "../../src/stream/frame.ts";
import { encodeMessage, MAX_MESSAGE_BYTES } from "../../src/stream/message.ts";
import type { Reply } from "../../src/stream/request.ts";
import type { Timeline } from "../../src/stream/timeline.ts";
import type { Role } from "./access.ts";

/** With more than this waiting to be sent, a viewer has fallen behind. */
const MOST_WAITING_BYTES = 256 * 1024;
/** A viewer that takes nothing for so long is let go. */
const BEHIND_LIMIT_NS = 30e9;
/** Frames of a snapshot go into one message up to this. */
const PART_BYTES = MAX_MESSAGE_BYTES - 1024;

/** Try again later: what a viewer that fell too far behind is told. */
export const CLOSE_TOO_SLOW = 1013;

/** One who watches: gets every frame, or the sum of those that it could not take. */
export class Viewer {
  missedPings = 0;
  /** Sums that took the place of frames. */
  coalesced = 0;
  private behindSinceNs: number | undefined;

  constructor(
    readonly socket: WebSocket,
    readonly role: Role,
    private readonly timeline: Timeline,
    /** The last look that the viewer has. */
    private seq: number,
  ) {}

  /** A new frame, with its message. */
  offer(frame: Frame, message: Uint8Array): void {
    if (this.behindSinceNs !== undefined || this.isFull(message.length)) this.catchUp();
    else if (frame.fromSeq === this.seq + 1) this.send(message, frame.seq);
    else this.catchUp();
  }

  /** Sends what is missing as soon as there is room; lets go of who takes nothing. */
  catchUp(): void {
    if (this.seq >= this.timeline.seq) {
      this.behindSinceNs = undefined;
      return;
    }
    if (this.socket.bufferedAmount > 0 && this.isFull(MOST_WAITING_BYTES / 2)) {
      this.behindSinceNs ??= monotonicNs();
      if (monotonicNs() - this.behindSinceNs > BEHIND_LIMIT_NS) this.letGo();
      return;
    }
    this.behindSinceNs = undefined;
    const missing = this.timeline.since(this.seq);
    if (missing === undefined) this.snapshot();
    else {
      this.coalesced += 1;
      for (const frame of missing) {
        this.send(encodeMessage({ type: "delta", frame }), frame.seq);
      }
    }
  }

  /** Everything from the beginning, in parts. */
  snapshot(): void {
    const frames = this.timeline.frames();
    let part: Frame[] = [];
    let bytes = 0;
    let first = true;
    const flush = (last: boolean): void => {
      this.send(encodeMessage({ type: "snapshot", first, last, frames: part }), this.timeline.seq);
      first = false;
      part = [];
      bytes = 0;
    };
    for (const frame of frames) {
      const size = encodeMessage({ type: "delta", frame }).length;
      if (bytes + size > PART_BYTES && part.length > 0) flush(false);
      part.push(frame);
      bytes += size;
    }
    flush(true);
  }

  reply(reply: Reply): void {
    // Who does not read its replies is behind with its frames as well.
    if (!this.isFull(0)) this.socket.send(encodeMessage({ type: "reply", reply }));
  }

  private isFull(more: number): boolean {
    return this.socket.bufferedAmount + more > MOST_WAITING_BYTES;
  }

  private send(message: Uint8Array, seq: number): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(message);
    this.seq = seq;
  }

  private letGo(): void {
    this.socket.close(CLOSE_TOO_SLOW, "too slow");
    // A peer that reads nothing will not answer the closing either.
    setTimeout(() => this.socket.terminate(), 1000).unref();
  }
}
