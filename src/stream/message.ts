import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Frame } from "./frame.ts";
import { readFrame, readFrames, writeFrame, writeFrames } from "./frame_codec.ts";
import type { Reply } from "./request.ts";
import type { Hello } from "./state.ts";
import { WireFault } from "./wire_fault.ts";

/** What a server sends, each in one binary WebSocket message: docs/WIRE.md. */

/** A change that an older page would misread raises it. */
export const WIRE_VERSION = 1;
/** The name of the WebSocket subprotocol. */
export const SUBPROTOCOL = `pinlab.${WIRE_VERSION}`;
/** Longest message in either direction; a longer snapshot comes in parts. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

const MAGIC = 0x50;
const HELLO = 1;
const SNAPSHOT = 2;
const DELTA = 3;
const REPLY = 4;

export type Message =
  | { readonly type: "hello"; readonly hello: Hello }
  /** `first`: forget what was before. `last`: deltas follow. */
  | {
      readonly type: "snapshot";
      readonly first: boolean;
      readonly last: boolean;
      readonly frames: readonly Frame[];
    }
  | { readonly type: "delta"; readonly frame: Frame }
  | { readonly type: "reply"; readonly reply: Reply };

export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.byte(MAGIC);
  out.byte(WIRE_VERSION);
  switch (message.type) {
    case "hello":
      out.byte(HELLO);
      out.text(JSON.stringify(message.hello));
      break;
    case "snapshot":
      out.byte(SNAPSHOT);
      out.byte((message.first ? 1 : 0) | (message.last ? 2 : 0));
      writeFrames(out, message.frames);
      break;
    case "delta":
      out.byte(DELTA);
      writeFrame(out, message.frame);
      break;
    case "reply":
      out.byte(REPLY);
      out.text(JSON.stringify(message.reply));
      break;
  }
  return out.take();
}

/** @throws WireFault */
export function decodeMessage(bytes: Uint8Array): Message {
  const from = new ByteReader(bytes);
  if (from.byte() !== MAGIC) throw new WireFault("bad-magic", "no message of pinlab's");
  const version = from.byte();
  if (version !== WIRE_VERSION) {
    throw new WireFault("bad-version", `version ${version}, not ${WIRE_VERSION}`);
  }
  const message = readBody(from);
  from.end();
  return message;
}

function readBody(from: ByteReader): Message {
  const type = from.byte();
  switch (type) {
    case HELLO:
      return { type: "hello", hello: readJson(from) as Hello };
    case SNAPSHOT: {
      const flags = from.byte();
      const [first, last] = [(flags & 1) !== 0, (flags & 2) !== 0];
      return { type: "snapshot", first, last, frames: readFrames(from) };
    }
    case DELTA:
      return { type: "delta", frame: readFrame(from) };
    case REPLY:
      return { type: "reply", reply: readJson(from) as Reply };
    default:
      throw new WireFault("bad-type", `type ${type}`);
  }
}

function readJson(from: ByteReader): object {
  const text = from.text();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new WireFault("bad-text", "no JSON object");
}
