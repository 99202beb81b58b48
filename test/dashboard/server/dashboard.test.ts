import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Dashboard } from "../../../dashboard/server/dashboard.ts";
import { readRequest } from "../../../dashboard/server/requests.ts";
import { RunFolder, RunShelf } from "../../../dashboard/server/run_store.ts";
import { RunControl } from "../../../src/executors/control.ts";
import { fioJson } from "../../../src/results/fio_json.ts";
import { SUBPROTOCOL } from "../../../src/stream/message.ts";
import { ask as askAt, bearer, codeOf, Peer } from "../../support/peers.ts";
import { exactRun } from "../../support/runs.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-runs-"));
const result = fioJson(await exactRun({ numberIos: 100, sizeBytes: 1 << 20 }), "json+");
let dashboard: Dashboard;
let port: number;
let token: string;
let viewToken: string;

const ask = (url: string, headers?: Record<string, string>, method?: string) =>
  askAt(port, url, headers, method);
const tokenOf = (address: string): string => new URL(address).hash.slice("#token=".length);

beforeAll(async () => {
  fs.writeFileSync(path.join(folder, "good.json"), result);
  fs.writeFileSync(path.join(folder, "cut.json"), result.slice(0, 500));
  fs.writeFileSync(path.join(folder, "other.txt"), "no result");
  fs.symlinkSync("good.json", path.join(folder, "link.json"));
  fs.mkdirSync(path.join(folder, "folder.json"));
  const watched = { control: new RunControl(), stop: () => {}, command: "pinlab run x" };
  const store = new RunFolder(folder);
  const options = { port: 0, host: undefined, secret: undefined, store, watched };
  dashboard = await Dashboard.start(options);
  port = Number(new URL(dashboard.addresses.control).port);
  token = tokenOf(dashboard.addresses.control);
  viewToken = tokenOf(dashboard.addresses.view);
});
afterAll(() => {
  dashboard.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("who is not let in is told why, by a code", () => {
  test.each([
    ["a foreign host", "/", { host: "evil.example" }, "403 bad-host"],
    ["another port", "/", { host: "localhost:1" }, "403 bad-host"],
    ["a foreign origin", "/api/runs", { origin: "http://evil.example" }, "403 bad-origin"],
    ["no token", "/api/runs", {}, "401 no-token"],
    ["a wrong token", "/api/runs", bearer("0".repeat(32)), "401 bad-token"],
    ["a long token", "/api/runs", bearer("0".repeat(128)), "401 bad-token"],
    ["a token of other letters", "/api/runs", bearer("zzz"), "401 no-token"],
  ] as const)("%s", async (_, url, headers, code) => {
    expect(codeOf(await ask(url, headers))).toBe(code);
  });

  test.each(["/nothing", "/api", "/api/runs/", "/api/runs/none.json", "//", "/%ff", "/stream"])(
    "nothing is at %s",
    async (url) => {
      expect(codeOf(await ask(url, bearer(token)))).toBe("404 not-found");
    },
  );

  test("other methods than GET", async () => {
    const answer = await ask("/", {}, "POST");
    expect(codeOf(answer)).toBe("405 bad-method");
    expect(answer.headers.allow).toBe("GET, HEAD");
  });

  test("an upgrade with a wrong token, origin, host, path or protocol", async () => {
    const refused = (given: string, options?: ConstructorParameters<typeof Peer>[2]) =>
      new Peer(port, given, options).refused();
    expect(await refused("0".repeat(32))).toBe("401 bad-token");
    expect(await refused(token, { protocols: [SUBPROTOCOL] })).toBe("401 no-token");
    expect(await refused(token, { protocols: [`token.${token}`] })).toBe("400 bad-protocol");
    expect(await refused(token, { headers: { origin: "http://evil" } })).toBe("403 bad-origin");
    expect(await refused(token, { headers: { host: "evil" } })).toBe("403 bad-host");
    expect(await refused(token, { path: "/other" })).toBe("404 not-found");
  });

  test("the page itself needs no token, and forbids whatever it does not bring", async () => {
    const { status, headers } = await ask("/");
    expect(status).toBe(200);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]+'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("it answers whether it is there", async () => {
    const { status, body } = await ask("/healthz");
    expect([status, JSON.parse(body).ok]).toEqual([200, true]);
  });
});

describe("finished runs of a folder", () => {
  test("are files of its own; what is none is told", async () => {
    const { runs, skipped } = JSON.parse((await ask("/api/runs", bearer(viewToken))).body);
    expect(runs.map(({ id }: { id: string }) => id)).toEqual(["good.json"]);
    expect(skipped).toMatchObject([{ id: "cut.json", reason: expect.stringMatching(/no JSON/) }]);
    const { body } = await ask("/api/runs/good.json", bearer(viewToken));
    expect(body).toBe(result);
  });

  test.each([
    "..%2fgood.json",
    "link.json",
    "folder.json",
    "other.txt",
    "%2fetc%2fpasswd",
    "..",
    "%00",
  ])("%s is none of them", async (name) => {
    expect(codeOf(await ask(`/api/runs/${name}`, bearer(token)))).toBe("404 not-found");
  });
});

describe("requests", () => {
  const change = (id: number, value: unknown = { knob: "bias", value: 2048 }): string =>
    JSON.stringify({ id, do: "change", change: value });

  test("of who may only look are refused, and those of nobody's run too", async () => {
    const viewer = new Peer(port, viewToken);
    await viewer.opened();
    viewer.socket.send(change(7));
    expect(await viewer.reply()).toMatchObject({ id: 7, outcome: { code: "read-only" } });
    viewer.socket.terminate();
    const control = new Peer(port, token);
    await control.opened();
    control.socket.send(change(8));
    const reason = "nothing runs now";
    expect(await control.reply()).toEqual({ id: 8, outcome: { kind: "refused", reason } });
    control.socket.terminate();
  });

  test.each([
    ["no JSON", "{", -1],
    ["a list", "[]", -1],
    ["an unknown verb", '{"id": 3, "do": "burn"}', 3],
    ["one key too many", '{"id": 4, "do": "stop", "now": true}', 4],
    ["an unknown knob", change(5, { knob: "speed", value: 1 }), 5],
    ["a knob with a wrong value", change(6, { knob: "bias", value: "all" }), 6],
    ["an endless name", change(6, { knob: "scheme", value: "x".repeat(5000) }), 6],
  ])("%s gets an answer that says so", async (_, text, id) => {
    const peer = new Peer(port, token);
    await peer.opened();
    peer.socket.send(text);
    expect(await peer.reply()).toMatchObject({ id, outcome: { code: "bad-request" } });
    peer.socket.terminate();
  });

  test("whatever is in them, reading them never throws", () => {
    const whole = JSON.parse(change(1));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(JSON.stringify(whole))), (text) => {
        expect(() => readRequest(text)).not.toThrow();
      }),
    );
  });

  test("come too fast: refused, and in the end shown out", async () => {
    const peer = new Peer(port, token);
    await peer.opened();
    for (let i = 0; i < 200; i++) peer.socket.send(change(i));
    expect(await peer.closed).toBe(1008);
    const codes = peer.messages.flatMap((one) =>
      one.type === "reply" && one.reply.outcome.kind === "error" ? [one.reply.outcome.code] : [],
    );
    expect(codes).toContain("too-fast");
  });

  test("of 65 KiB, and binary ones, end the connection", async () => {
    const large = new Peer(port, token);
    await large.opened();
    large.socket.send("x".repeat(65 * 1024));
    expect(await large.closed).toBe(1009);
    const binary = new Peer(port, token);
    await binary.opened();
    binary.socket.send(new Uint8Array([0x50, 1, 3]));
    expect(await binary.closed).toBe(1003);
  });

  test("frames that break the protocol end the connection, not the server", async () => {
    const peer = new Peer(port, token);
    await peer.opened();
    const raw = (peer.socket as unknown as { _socket: net.Socket })._socket;
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 1, 2, 3]));
    await peer.closed;
    expect((await ask("/healthz")).status).toBe(200);
  });
});

describe("a crowd", () => {
  test("1,000 connections: a hundred look, the others are told, nothing falls over", async () => {
    const peers: Peer[] = [];
    const ends: Promise<string>[] = [];
    for (let i = 0; i < 1000; i++) {
      const peer = new Peer(port, token);
      peers.push(peer);
      const opened = peer.opened().then(() => "opened");
      ends.push(Promise.race([opened, peer.refused(), peer.closed.then(() => "dropped")]));
      // Some come at once, as a crowd does.
      if (i % 50 === 49) await ends.at(-1);
    }
    const seen = await Promise.all(ends);
    const count = (what: string): number => seen.filter((one) => one === what).length;
    expect(count("opened")).toBe(100);
    expect(count("503 too-many-viewers")).toBeGreaterThan(0);
    expect(count("opened") + count("503 too-many-viewers") + count("dropped")).toBe(1000);
    for (const { socket } of peers) socket.terminate();
    await dashboard.whenLeft();
    expect((await ask("/healthz")).status).toBe(200);
  });

  test("half-open connections and noise do not keep it from answering", async () => {
    const sockets = Array.from({ length: 40 }, () => net.connect(port, "127.0.0.1"));
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.write("GET / HT");
    }
    const noise = net.connect(port, "127.0.0.1");
    noise.on("error", () => {});
    noise.write(Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]));
    expect((await ask("/healthz")).status).toBe(200);
    for (const socket of [...sockets, noise]) socket.destroy();
  });
});

test("a port that is taken: one message, with what to do", async () => {
  const again = Dashboard.start({
    ...{ port, host: undefined, secret: undefined, watched: undefined },
    store: new RunShelf(),
  });
  await expect(again).rejects.toThrow(/another program listens there; name another port/);
});
