import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { hostname, networkInterfaces } from "node:os";
import { randomToken } from "../../src/machine/prng.ts";
import { SUBPROTOCOL } from "../../src/stream/message.ts";

/** Who may come in, and as what. */

export type Role = "control" | "view";

/** Why a request gets nothing: an HTTP status, a code for programs, a sentence for people. */
export interface Refusal {
  readonly status: number;
  readonly code: RefusedCode;
  readonly reason: string;
}

export const REFUSED_CODES = [
  "bad-host",
  "bad-origin",
  "no-token",
  "bad-token",
  "bad-method",
  "not-found",
  "bad-protocol",
  "too-many-viewers",
  "failed",
] as const;
export type RefusedCode = (typeof REFUSED_CODES)[number];

export interface Tokens {
  readonly control: string;
  readonly view: string;
}

/** Two tokens of 128 bits; both follow from `fixed` if it is given: they outlive a server. */
export function makeTokens(fixed: string | undefined): Tokens {
  if (fixed === undefined) return { control: randomToken(), view: randomToken() };
  return { control: derived("control", fixed), view: derived("view", fixed) };
}

function derived(role: Role, secret: string): string {
  return createHash("sha256").update(`pinlab ${role} ${secret}`).digest("hex").slice(0, 32);
}

/** Compares in constant time. */
export function roleOf(token: string, tokens: Tokens): Role | undefined {
  const given = createHash("sha256").update(token).digest();
  const same = (known: string): boolean =>
    timingSafeEqual(given, createHash("sha256").update(known).digest());
  const [control, view] = [same(tokens.control), same(tokens.view)];
  if (control) return "control";
  return view ? "view" : undefined;
}

/** The names under which the server may be addressed, with its port. */
export function allowedHosts(port: number, host: string | undefined): ReadonlySet<string> {
  const names = ["localhost", "127.0.0.1", "[::1]", ...namesOf(host)];
  // Browsers leave out the usual port.
  return new Set(names.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]));
}

/** Every address of this machine, where it is to be reached at all of them. */
const EVERYWHERE = ["0.0.0.0", "::"];

function namesOf(host: string | undefined): string[] {
  if (host === undefined) return [];
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const addresses = own.map(({ address }) => address);
  const names = EVERYWHERE.includes(host) ? [...addresses, hostname()] : [host];
  return names.map((name) => bracketed(name.toLowerCase()));
}

/** An address as a URL has it. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** What a reader elsewhere is to type for the address that the server listens on. */
export function nameToType(host: string | undefined): string {
  if (host === undefined) return "127.0.0.1";
  return bracketed(EVERYWHERE.includes(host) ? hostname() : host);
}

/**
 * A foreign page that had its own name bound to our address still names its own host, and a foreign
 * page that talks to ours names its own origin.
 */
export function refusedPlace(
  request: Pick<IncomingMessage, "headers">,
  hosts: ReadonlySet<string>,
): Refusal | undefined {
  const { host = "", origin } = request.headers;
  if (!hosts.has(host.toLowerCase())) {
    const accepted = [...hosts].join(", ");
    const reason = `the request names the host ${JSON.stringify(host)}; accepted: ${accepted}`;
    return { status: 403, code: "bad-host", reason };
  }
  const own = origin === undefined || [...hosts].some((name) => origin === `http://${name}`);
  if (own) return undefined;
  const reason = `a page of ${JSON.stringify(origin)} asks; only the dashboard's own may`;
  return { status: 403, code: "bad-origin", reason };
}

const NO_TOKEN: Refusal = {
  status: 401,
  code: "no-token",
  reason: "no token was shown; the address that pinlab printed has one",
};

const BAD_TOKEN: Refusal = {
  status: 401,
  code: "bad-token",
  reason: "this token is of another start of pinlab; open the address that it printed last",
};

/** The role of a request with `Authorization: Bearer TOKEN`. */
export function bearerRole(request: IncomingMessage, tokens: Tokens): Role | Refusal {
  const [, token] = /^Bearer ([0-9a-f]{1,128})$/.exec(request.headers.authorization ?? "") ?? [];
  return token === undefined ? NO_TOKEN : (roleOf(token, tokens) ?? BAD_TOKEN);
}

/** The role of an upgrade: its token stands among the subprotocols. */
export function subprotocolRole(request: IncomingMessage, tokens: Tokens): Role | Refusal {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",");
  const names = offered.map((name) => name.trim());
  if (!names.includes(SUBPROTOCOL)) {
    const reason = `the subprotocol ${SUBPROTOCOL} was not offered`;
    return { status: 400, code: "bad-protocol", reason };
  }
  const token = names.find((name) => name.startsWith("token."))?.slice("token.".length);
  return token === undefined ? NO_TOKEN : (roleOf(token, tokens) ?? BAD_TOKEN);
}
