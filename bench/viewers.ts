import { WebSocket } from "ws";
import { clockZeroNs, monotonicNs } from "../src/machine/clock.ts";
import { decodeMessage, SUBPROTOCOL } from "../src/stream/message.ts";

/** Viewers of a live run in a process of their own, as browsers are; asked for as a child. */

/** What the parent sends: where to look, how many look, how many of them never read. */
export interface ViewersTask {
  readonly address: string;
  readonly token: string;
  readonly viewers: number;
  readonly deaf: number;
}

/** What a viewer saw. */
export interface Seen {
  /** Of each frame: its last look, bytes, and when it had come (ns, CLOCK_MONOTONIC). */
  readonly frames: readonly {
    readonly seq: number;
    readonly bytes: number;
    readonly atNs: number;
  }[];
  /** Looks that the frames covered without a gap; the first one is the snapshot's last. */
  readonly missing: number;
  readonly closed: number | undefined;
}

interface Viewer {
  readonly socket: WebSocket;
  readonly seen: { seq: number; bytes: number; atNs: number }[];
  last: number | undefined;
  missing: number;
  closed: number | undefined;
}

const zeroNs = clockZeroNs();

function connect({ address, token }: ViewersTask, reads: boolean): Promise<Viewer> {
  const socket = new WebSocket(address, [SUBPROTOCOL, `token.${token}`], {
    perMessageDeflate: false,
  });
  const viewer: Viewer = { socket, seen: [], last: undefined, missing: 0, closed: undefined };
  socket.on("message", (data: Buffer) => take(viewer, data));
  socket.on("close", (code) => {
    viewer.closed = code;
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => {
      if (!reads) socket.pause();
      resolve(viewer);
    });
  });
}

function take(viewer: Viewer, data: Buffer): void {
  const atNs = monotonicNs() + zeroNs;
  const message = decodeMessage(data);
  if (message.type === "snapshot") viewer.last = message.frames.at(-1)?.seq ?? viewer.last;
  if (message.type !== "delta") return;
  const { fromSeq, seq } = message.frame;
  if (viewer.last !== undefined) viewer.missing += fromSeq - viewer.last - 1;
  viewer.last = seq;
  viewer.seen.push({ seq, bytes: data.length, atNs });
}

process.once("message", async (task: ViewersTask) => {
  const all: Viewer[] = [];
  for (let i = 0; i < task.viewers; i++) all.push(await connect(task, i >= task.deaf));
  process.send?.("connected");
  process.once("message", () => {
    const seen: Seen[] = all.map(({ seen, missing, closed }) => ({
      frames: seen,
      missing,
      closed,
    }));
    process.send?.(seen, () => process.exit(0));
  });
});
