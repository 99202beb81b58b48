import type { WebSocket } from "ws";
import type { ChangeOutcome } from "../../src/executors/control.ts";
import type { Change } from "../../src/scenario/timed_change.ts";
import type { Frame } from "../../src/stream/frame.ts";
import { encodeMessage, WIRE_VERSION } from "../../src/stream/message.ts";
import type { Reply, Request } from "../../src/stream/request.ts";
import type { RunInfo } from "../../src/stream/state.ts";
import { Timeline } from "../../src/stream/timeline.ts";
import type { Role } from "./access.ts";
import { errorReply, RequestRate, readRequest } from "./requests.ts";
import { Viewer } from "./viewer.ts";

const PING_EVERY_MS = 15_000;
const CATCH_UP_EVERY_MS = 250;
const MOST_MISSED_PINGS = 2;

const CLOSE_GOING_AWAY = 1001;
const CLOSE_BINARY = 1003;
const CLOSE_TOO_MANY_REQUESTS = 1008;

/** What may be asked of the run. */
export interface Knobs {
  change(change: Change): Promise<ChangeOutcome>;
  stop(): void;
}

/** Where a viewer that comes back left off. */
export interface Resume {
  readonly run: string | undefined;
  readonly seq: number;
}

/** Sends a run's frames to everybody who watches, and takes what they ask for. */
export class Hub {
  readonly timeline = new Timeline();
  /** Sums that were sent in place of the frames that a viewer could not take. */
  coalesced = 0;
  run: RunInfo | undefined;
  private readonly viewers = new Set<Viewer>();
  private readonly waiting: (() => void)[] = [];
  private readonly timers: readonly NodeJS.Timeout[];

  constructor(private readonly knobs: Knobs | undefined) {
    this.timers = [
      setInterval(() => this.ping(), PING_EVERY_MS),
      setInterval(() => this.catchUp(), CATCH_UP_EVERY_MS),
    ];
    for (const timer of this.timers) timer.unref();
  }

  get count(): number {
    return this.viewers.size;
  }

  add(frame: Frame): void {
    this.timeline.add(frame);
    if (this.viewers.size === 0) return;
    const message = encodeMessage({ type: "delta", frame });
    for (const viewer of this.viewers) viewer.offer(frame, message);
  }

  attach(socket: WebSocket, role: Role, resume: Resume): void {
    const { run, timeline } = this;
    const hello = { version: WIRE_VERSION, role, run };
    socket.send(encodeMessage({ type: "hello", hello }));
    const isSame = run !== undefined && resume.run === run.id;
    const missing = isSame ? timeline.since(resume.seq) : undefined;
    const viewer = new Viewer(socket, role, timeline, missing ? resume.seq : -1);
    this.viewers.add(viewer);
    if (missing) viewer.catchUp();
    else if (run !== undefined) viewer.snapshot();
    const rate = new RequestRate();
    socket.on("message", (data, isBinary) => {
      if (isBinary) socket.close(CLOSE_BINARY, "requests are text");
      else void this.take(viewer, rate, String(data));
    });
    socket.on("pong", () => {
      viewer.missedPings = 0;
    });
    // ws closes after an error; its code says why.
    socket.on("error", () => {});
    socket.on("close", () => this.detach(viewer));
  }

  /** When the last viewer has left. */
  whenLeft(): Promise<void> {
    if (this.viewers.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const { socket } of this.viewers) socket.close(CLOSE_GOING_AWAY, "pinlab ends");
  }

  private detach(viewer: Viewer): void {
    this.viewers.delete(viewer);
    this.coalesced += viewer.coalesced;
    if (this.viewers.size === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  private async take(viewer: Viewer, rate: RequestRate, text: string): Promise<void> {
    if (!rate.allows()) {
      if (rate.isOver) viewer.socket.close(CLOSE_TOO_MANY_REQUESTS, "too many requests");
      viewer.reply(errorReply(-1, "too-fast", "ten requests a second are taken, twenty at once"));
      return;
    }
    const request = readRequest(text);
    viewer.reply("outcome" in request ? request : await this.answer(viewer.role, request));
  }

  private async answer(role: Role, request: Request): Promise<Reply> {
    const { id } = request;
    if (role !== "control") {
      const reason = "this address may look; the other one that pinlab printed may turn knobs";
      return errorReply(id, "read-only", reason);
    }
    if (this.knobs === undefined) return errorReply(id, "no-run", "nothing runs here");
    if (request.do === "stop") {
      this.knobs.stop();
      return { id, outcome: { kind: "stopping" } };
    }
    return { id, outcome: await this.knobs.change(request.change) };
  }

  private catchUp(): void {
    for (const viewer of this.viewers) viewer.catchUp();
  }

  private ping(): void {
    for (const viewer of this.viewers) {
      if (viewer.missedPings >= MOST_MISSED_PINGS) viewer.socket.terminate();
      else {
        viewer.missedPings += 1;
        viewer.socket.ping();
      }
    }
  }
}
