import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { packageVersion } from "../../src/machine/environment.ts";
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from "../../src/stream/message.ts";
import {
  allowedHosts,
  bearerRole,
  type Refusal,
  refusedPlace,
  subprotocolRole,
  type Tokens,
} from "./access.ts";
import type { Hub } from "./hub.ts";
import type { Page } from "./page.ts";
import type { RunStore } from "./run_store.ts";

const MOST_VIEWERS = 100;
/** Open connections of any kind; more are closed as they come. */
const MOST_CONNECTIONS = 256;
const HEADERS_LIMIT_MS = 5000;
const REQUEST_LIMIT_MS = 10_000;

/** Asked by `fetch` of the page, by curl, by Prometheus. */
const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

export interface HttpOptions {
  readonly tokens: Tokens;
  readonly page: Page;
  readonly store: RunStore;
  readonly hub: Hub;
  readonly metrics: () => string;
  /** The name or address that was asked for besides this machine's own. */
  readonly host: string | undefined;
}

type Answer = readonly [status: number, type: string, body: string];

/** Serves the page, the results, the metrics and the wire; refuses everything else by code. */
export class DashboardServer {
  readonly servers: Server[] = [];
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  private hosts: ReadonlySet<string> = new Set();

  constructor(private readonly options: HttpOptions) {}

  /** Listens at an address; all addresses share the port of the first. Rejects with its error. */
  async listen(address: string, port: number): Promise<number> {
    const server = createServer({
      headersTimeout: HEADERS_LIMIT_MS,
      requestTimeout: REQUEST_LIMIT_MS,
      // Node looks twice a minute by itself: half-open connections would take all places.
      connectionsCheckingInterval: 1000,
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.on("request", (request, response) => this.respond(request, response));
    server.on("upgrade", (request, socket, head) => this.upgrade(request, socket, head));
    server.on("clientError", (_, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.on("error", () => {});
      server.listen({ host: address, port }, resolve);
    });
    this.servers.push(server);
    const bound = server.address();
    const own = typeof bound === "object" && bound !== null ? bound.port : port;
    this.hosts = allowedHosts(own, this.options.host);
    return own;
  }

  close(): void {
    this.sockets.close();
    for (const server of this.servers) {
      server.close();
      server.closeIdleConnections();
    }
  }

  private respond(request: IncomingMessage, response: ServerResponse): void {
    const answer = this.answered(request);
    const [status, type, body] = "code" in answer ? refusalAnswer(answer) : answer;
    response.writeHead(status, {
      "content-type": type,
      "content-security-policy": `${this.options.page.policy}; frame-ancestors 'none'`,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(status === 405 ? { allow: "GET, HEAD" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  /** A folder that went away is no reason to end a run. */
  private answered(request: IncomingMessage): Answer | Refusal {
    try {
      return this.answer(request);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 500, code: "failed", reason };
    }
  }

  private answer(request: IncomingMessage): Answer | Refusal {
    const misplaced = refusedPlace(request, this.hosts);
    if (misplaced) return misplaced;
    if (request.method !== "GET" && request.method !== "HEAD") {
      const reason = `${request.method} is not taken; accepted: GET, HEAD`;
      return { status: 405, code: "bad-method", reason };
    }
    const { pathname } = targetOf(request);
    const { page, hub, metrics } = this.options;
    switch (pathname) {
      case "/":
        return [200, "text/html; charset=utf-8", page.html];
      case "/healthz":
        return json({ ok: true, pinlab: packageVersion(), run: hub.run?.id ?? null });
      case "/metrics":
        return isLocal(request)
          ? [200, OPENMETRICS, metrics()]
          : this.withToken(request, () => [200, OPENMETRICS, metrics()]);
      default:
        return this.withToken(request, () => this.answerApi(pathname));
    }
  }

  private withToken(request: IncomingMessage, then: () => Answer | Refusal): Answer | Refusal {
    const role = bearerRole(request, this.options.tokens);
    return typeof role === "object" ? role : then();
  }

  private answerApi(pathname: string): Answer | Refusal {
    if (pathname === "/api/runs") return json(this.options.store.list());
    const [, name] = /^\/api\/runs\/([^/]{1,512})$/.exec(pathname) ?? [];
    const text = name && this.options.store.read(decoded(name));
    if (text) return [200, "application/json", text];
    const reason = `nothing is at ${JSON.stringify(pathname.slice(0, 80))}`;
    return { status: 404, code: "not-found", reason };
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const refused = this.refusedUpgrade(request);
    if (refused) {
      const [status, type, body] = refusalAnswer(refused);
      socket.end(
        `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: ${type}\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      return;
    }
    const role = subprotocolRole(request, this.options.tokens);
    if (typeof role === "object") return;
    const { searchParams } = targetOf(request);
    const seq = Number(searchParams.get("seq") ?? "-1");
    const resume = { run: searchParams.get("run") ?? undefined, seq };
    this.sockets.handleUpgrade(request, socket, head, (viewer) => {
      this.options.hub.attach(viewer, role, resume);
    });
  }

  private refusedUpgrade(request: IncomingMessage): Refusal | undefined {
    const misplaced = refusedPlace(request, this.hosts);
    if (misplaced) return misplaced;
    const { pathname } = targetOf(request);
    if (pathname !== "/stream") {
      return { status: 404, code: "not-found", reason: "the wire is at /stream" };
    }
    const role = subprotocolRole(request, this.options.tokens);
    if (typeof role === "object") return role;
    if (this.options.hub.count < MOST_VIEWERS) return undefined;
    const reason = `${MOST_VIEWERS} viewers are connected, which is all there may be`;
    return { status: 503, code: "too-many-viewers", reason };
  }
}

/** Where a request goes; what is no path goes nowhere. */
function targetOf({ url = "/" }: IncomingMessage): URL {
  const base = "http://localhost";
  return url.startsWith("/") && URL.canParse(`${base}${url}`)
    ? new URL(`${base}${url}`)
    : new URL("/nowhere", base);
}

function json(value: object): Answer {
  return [200, "application/json", JSON.stringify(value)];
}

function refusalAnswer({ status, code, reason }: Refusal): Answer {
  return [status, "application/json", `${JSON.stringify({ code, reason })}\n`];
}

function isLocal({ socket }: IncomingMessage): boolean {
  return /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return "";
  }
}
