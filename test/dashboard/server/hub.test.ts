import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { Hub } from "../../../dashboard/server/hub.ts";
import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { COARSE } from "../../../src/machine/histogram_geometry.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import { decodeMessage, MAX_MESSAGE_BYTES, type Message } from "../../../src/stream/message.ts";
import type { RunInfo } from "../../../src/stream/state.ts";

/** A socket whose peer reads as much as the test lets it. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  bufferedAmount = 0;
  reads = true;
  readonly sent: Uint8Array[] = [];
  closedWith: number | undefined;

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
    if (!this.reads) this.bufferedAmount += bytes.length;
  }
  ping(): void {}
  close(code: number): void {
    this.closedWith = code;
  }
  terminate(): void {
    this.emit("close");
  }

  get messages(): Message[] {
    return this.sent.map((bytes) => decodeMessage(bytes));
  }
  get frames(): Frame[] {
    return this.messages.flatMap((one) => {
      if (one.type === "delta") return [one.frame];
      return one.type === "snapshot" ? one.frames : [];
    });
  }
}

const RUN = { id: "this", ops: ["pin_fast"], counters: ["a"] } as unknown as RunInfo;
let hub: Hub;
let seq = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "performance"] });
  hub = new Hub(undefined);
  hub.run = RUN;
  seq = 0;
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

/** A frame with so many slots in use: some KB for a thousand. */
function frame(slots = 3): Frame {
  const latency = LatencyHistogram.empty(COARSE);
  for (let i = 0; i < slots; i++) latency.record(100 * 1.007 ** i);
  const at = seq++;
  return {
    ...{ fromSeq: at, seq: at, beginUs: at * 100_000, endUs: (at + 1) * 100_000 },
    ...{ phase: "measure", group: 0, state: undefined, events: [] },
    ops: [{ op: 0, count: slots, batchOps: 0, batchNs: 0, batches: 0, latency }],
    counters: new Map([[0, 1]]),
  };
}

function attach(resume = { run: undefined as string | undefined, seq: -1 }): FakeSocket {
  const socket = new FakeSocket();
  hub.attach(socket as unknown as WebSocket, "view", resume);
  return socket;
}

const counted = (frames: readonly Frame[]): number =>
  frames.reduce((sum, { counters }) => sum + (counters.get(0) ?? 0), 0);
const timed = (frames: readonly Frame[]): number =>
  frames.reduce((sum, { ops }) => sum + (ops[0]?.latency.count ?? 0), 0);

describe("a viewer", () => {
  test("gets hello, everything so far, and then each frame", () => {
    for (let i = 0; i < 5; i++) hub.add(frame());
    const socket = attach();
    for (let i = 0; i < 3; i++) hub.add(frame());
    expect(socket.messages.map(({ type }) => type)).toEqual([
      ...["hello", "snapshot", "delta", "delta", "delta"],
    ]);
    expect(counted(socket.frames)).toBe(8);
  });

  test("gets a long run in parts of 64 KiB at the most", () => {
    for (let i = 0; i < 500; i++) hub.add(frame(900));
    const socket = attach();
    const parts = socket.messages.filter(({ type }) => type === "snapshot");
    expect(parts.length).toBeGreaterThan(5);
    for (const bytes of socket.sent) expect(bytes.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(parts.map((one) => one.type === "snapshot" && [one.first, one.last])).toEqual(
      parts.map((_, i) => [i === 0, i === parts.length - 1]),
    );
    expect(counted(socket.frames)).toBe(500);
  });

  test("that does not read gets no queue, and later the sum of what it missed", () => {
    const socket = attach();
    socket.reads = false;
    const sizes: number[] = [];
    for (let i = 0; i < 2000; i++) {
      hub.add(frame(900));
      sizes.push(socket.bufferedAmount);
    }
    expect(Math.max(...sizes)).toBeLessThan(300 * 1024);
    const before = socket.frames.length;
    socket.reads = true;
    socket.bufferedAmount = 0;
    hub.add(frame(900));
    const rest = socket.frames.slice(before);
    expect(rest.length).toBeLessThan(1300);
    // Beyond the fine minute it is everything anew, which says so.
    const last = socket.messages.filter(({ type }) => type === "snapshot");
    expect(last.length).toBeGreaterThan(0);
    expect(counted(rest)).toBe(2001);
    expect(timed(rest)).toBe(2001 * 900);
  });

  test("a little behind gets one sum", () => {
    const socket = attach();
    hub.add(frame());
    socket.bufferedAmount = 1 << 20;
    for (let i = 0; i < 100; i++) hub.add(frame());
    const before = socket.sent.length;
    socket.bufferedAmount = 0;
    hub.add(frame());
    expect(socket.sent.length).toBe(before + 1);
    const sum = socket.frames.at(-1);
    expect([sum?.fromSeq, sum?.seq, counted(sum ? [sum] : [])]).toEqual([1, 101, 101]);
  });

  test("that takes nothing for half a minute is let go", () => {
    const socket = attach();
    socket.bufferedAmount = 1 << 20;
    hub.add(frame());
    vi.advanceTimersByTime(31_000);
    hub.add(frame());
    expect(socket.closedWith).toBe(1013);
  });

  test("that comes back gets what it missed, of the same run alone", () => {
    for (let i = 0; i < 50; i++) hub.add(frame());
    const back = attach({ run: "this", seq: 19 });
    expect(back.messages.map(({ type }) => type)).toEqual(["hello", "delta"]);
    expect(counted(back.frames)).toBe(30);
    const other = attach({ run: "another", seq: 19 });
    expect(other.messages.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
    expect(counted(other.frames)).toBe(50);
    const ahead = attach({ run: "this", seq: 5000 });
    expect(ahead.messages.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
    const nonsense = attach({ run: "this", seq: Number.NaN });
    expect(counted(nonsense.frames)).toBe(50);
  });

  test("that answers no ping is gone after two", () => {
    const socket = attach();
    let gone = false;
    socket.on("close", () => {
      gone = true;
    });
    vi.advanceTimersByTime(46_000);
    expect(gone).toBe(true);
    expect(hub.count).toBe(0);
  });
});
