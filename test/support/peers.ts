import http from "node:http";
import { WebSocket } from "ws";
import { decodeMessage, type Message, SUBPROTOCOL } from "../../src/stream/message.ts";

/** Who talks to a dashboard on this machine, well or badly. */

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export function ask(
  port: number,
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, path: url, method, headers }, (response) => {
      let body = "";
      response.on("data", (bytes) => {
        body += String(bytes);
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.on("error", reject);
    request.end();
  });
}

export const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
export const codeOf = ({ status, body }: Answer): string => `${status} ${JSON.parse(body).code}`;

/** A viewer, and everything that it was sent. */
export class Peer {
  readonly messages: Message[] = [];
  readonly closed: Promise<number>;
  readonly socket: WebSocket;

  constructor(
    port: number,
    given: string,
    options: { path?: string; headers?: Record<string, string>; protocols?: string[] } = {},
  ) {
    const protocols = options.protocols ?? [SUBPROTOCOL, `token.${given}`];
    const { headers = {} } = options;
    const address = `ws://127.0.0.1:${port}${options.path ?? "/stream"}`;
    this.socket = new WebSocket(address, protocols, { headers });
    this.socket.on("message", (data: Buffer) => this.messages.push(decodeMessage(data)));
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    this.socket.on("error", () => {});
  }

  opened(): Promise<void> {
    return new Promise((resolve) => this.socket.once("open", () => resolve()));
  }

  /** Status and code with which it was not let in. */
  refused(): Promise<string> {
    return new Promise((resolve) => {
      this.socket.once("unexpected-response", (_, response) => {
        let body = "";
        response.on("data", (bytes) => {
          body += String(bytes);
        });
        response.on("end", () => resolve(`${response.statusCode} ${JSON.parse(body).code}`));
      });
    });
  }

  async reply(): Promise<unknown> {
    for (;;) {
      const found = this.messages.find(({ type }) => type === "reply");
      if (found?.type === "reply") {
        this.messages.length = 0;
        return found.reply;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
