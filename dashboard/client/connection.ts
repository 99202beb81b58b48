import type { Frame } from "../../src/stream/frame.ts";
import { decodeMessage, SUBPROTOCOL } from "../../src/stream/message.ts";
import type { Reply, Request } from "../../src/stream/request.ts";
import type { Hello } from "../../src/stream/state.ts";
import { WireFault } from "../../src/stream/wire_fault.ts";
import { RunModel } from "./run_model.ts";

export type ConnectionState = "connecting" | "live" | "reconnecting" | "ended" | "refused";

/** Until the next try, ms: doubled each time, and a part of it drawn. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** How long to wait before the `tries`-th try; `drawn` is 0..1. */
export function waitMs(tries: number, drawn: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  return longest / 2 + (drawn * longest) / 2;
}

export interface ConnectionHost {
  readonly token: string;
  readonly drawn: () => number;
  changed(state: ConnectionState, reason: string): void;
  /** Another run than before, or none. */
  run(model: RunModel | undefined, role: Hello["role"]): void;
  frames(): void;
}

type Asked = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

/** The wire as the page sees it: comes back by itself, and goes on where it left off. */
export class Connection {
  private socket: WebSocket | undefined;
  private model: RunModel | undefined;
  private tries = 0;
  private hasStarted = false;
  private nextId = 1;
  private readonly replies = new Map<number, (reply: Reply["outcome"]) => void>();

  constructor(private readonly host: ConnectionHost) {
    this.connect();
  }

  /** What came of a request; an error where nobody answered. */
  ask(request: Asked): Promise<Reply["outcome"]> {
    const { socket } = this;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.resolve(NOBODY);
    const id = this.nextId++;
    socket.send(JSON.stringify({ ...request, id }));
    return new Promise((resolve) => {
      this.replies.set(id, resolve);
    });
  }

  private connect(): void {
    this.host.changed(this.tries === 0 ? "connecting" : "reconnecting", "");
    const url = new URL("/stream", location.href);
    url.protocol = "ws:";
    url.hash = "";
    if (this.model !== undefined) {
      url.searchParams.set("run", this.model.info.id);
      url.searchParams.set("seq", String(this.model.timeline.seq));
    }
    const socket = new WebSocket(url, [SUBPROTOCOL, `token.${this.host.token}`]);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.take(socket, data));
    socket.addEventListener("close", ({ code, reason }) => void this.closed(socket, code, reason));
    this.socket = socket;
  }

  private take(socket: WebSocket, data: unknown): void {
    try {
      if (data instanceof ArrayBuffer) this.read(new Uint8Array(data));
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      // What was misread once would be misread again: everything is asked for anew.
      this.model = undefined;
      socket.close(4000, error.code);
    }
  }

  private read(bytes: Uint8Array): void {
    const message = decodeMessage(bytes);
    switch (message.type) {
      case "hello":
        this.greet(message.hello);
        break;
      case "snapshot":
        if (message.first && this.model) this.start(RunModel.live(this.model.info));
        for (const frame of message.frames) this.model?.add(frame);
        this.host.frames();
        break;
      case "delta":
        this.addFrame(message.frame);
        break;
      case "reply":
        this.replies.get(message.reply.id)?.(message.reply.outcome);
        this.replies.delete(message.reply.id);
        break;
    }
  }

  /** What is known already is not added twice, and half of it cannot be. */
  private addFrame(frame: Frame): void {
    const known = this.model?.timeline.seq ?? -1;
    if (frame.seq <= known) return;
    if (frame.fromSeq <= known) throw new WireFault("out-of-order", "a frame of known looks");
    this.model?.add(frame);
    this.host.frames();
  }

  private role: Hello["role"] = "view";

  private greet({ role, run }: Hello): void {
    this.tries = 0;
    this.role = role;
    this.host.changed("live", "");
    if (run === undefined) {
      // A finished run that is being looked at stays when the server comes back.
      if (!this.hasStarted) this.start(undefined);
    } else if (run.id !== this.model?.info.id) this.start(RunModel.live(run));
  }

  private start(model: RunModel | undefined): void {
    this.model = model;
    this.hasStarted = true;
    this.host.run(model, this.role);
  }

  private async closed(socket: WebSocket, code: number, reason: string): Promise<void> {
    if (socket !== this.socket) return;
    for (const resolve of this.replies.values()) resolve(NOBODY);
    this.replies.clear();
    if (this.model?.phase === "done") {
      this.host.changed("ended", "");
      return;
    }
    // A browser does not tell why it was not let in; the same question elsewhere does.
    const refusal = code === 1006 ? await this.refusal() : undefined;
    if (refusal !== undefined) {
      this.host.changed("refused", refusal);
      return;
    }
    this.tries += 1;
    this.host.changed("reconnecting", reason);
    setTimeout(() => this.connect(), waitMs(this.tries, this.host.drawn()));
  }

  private async refusal(): Promise<string | undefined> {
    try {
      const headers = { authorization: `Bearer ${this.host.token}` };
      const response = await fetch("/api/runs", { headers });
      if (response.status !== 401 && response.status !== 403) return undefined;
      const { reason } = (await response.json()) as { reason: string };
      return reason;
    } catch {
      return undefined;
    }
  }
}

const NOBODY: Reply["outcome"] = {
  kind: "error",
  code: "no-run",
  reason: "the connection is not there now",
};
