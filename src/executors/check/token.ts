import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { coreBytes } from "../../machine/core.ts";
import { machineParameters } from "../../scenario/machine_words.ts";
import type { Schedule, Turn } from "./explore.ts";
import type { LeftOut } from "./outcome.ts";
import type { Subject } from "./trial.ts";

const VERSION = 1;
const PRINT_BYTES = 3;
const CRC_BYTES = 4;

/** What a token says, or why it cannot be read. */
export type TokenContent =
  | { readonly kind: "read"; readonly schedule: Schedule; readonly leftOut: LeftOut }
  | { readonly kind: "refused"; readonly found: string };

/**
 * A schedule as one word: base64url of
 *
 *   version │ core 3 bytes │ race and parameters 3 bytes │ operations left out │ turns … │ CRC-32
 *
 * Numbers are varints; a turn is its CPU and its units.
 */
export function encodeToken(subject: Subject, schedule: Schedule, leftOut: LeftOut): string {
  const bytes = [VERSION, ...corePrint(), ...subjectPrint(subject), ...varint(leftOut)];
  for (const { cpu, units } of schedule) bytes.push(...varint(cpu), ...varint(units));
  const crc = crc32(Uint8Array.from(bytes));
  const tail = [24, 16, 8, 0].map((shift) => (crc >>> shift) & 255);
  return Buffer.from([...bytes, ...tail]).toString("base64url");
}

export function decodeToken(subject: Subject, token: string): TokenContent {
  const bytes = Buffer.from(token, "base64url");
  const content = bytes.subarray(0, -CRC_BYTES);
  const isWhole = /^[\w-]+$/.test(token) && bytes.length > 2 * PRINT_BYTES + CRC_BYTES;
  if (!isWhole || crc32(content) !== bytes.readUInt32BE(bytes.length - CRC_BYTES)) {
    return { kind: "refused", found: "a token that is cut or mistyped" };
  }
  const isOurs = content[0] === VERSION && isAt(content, 1, corePrint());
  if (!isOurs) return { kind: "refused", found: "a token of another version of pinlab" };
  if (!isAt(content, 1 + PRINT_BYTES, subjectPrint(subject))) {
    return { kind: "refused", found: "a token of another race or other parameters" };
  }
  const numbers = readVarints(content.subarray(1 + 2 * PRINT_BYTES));
  const [leftOut = 0, ...rest] = numbers;
  const schedule: Turn[] = [];
  for (let at = 0; at + 1 < rest.length; at += 2) {
    schedule.push({ cpu: rest[at] as number, units: rest[at + 1] as number });
  }
  return { kind: "read", schedule, leftOut };
}

let print: readonly number[] | undefined;

/** Of the core: the same steps come from the same build alone. */
function corePrint(): readonly number[] {
  print ??= printOf(coreBytes("traced"));
  return print;
}

function subjectPrint({ race, machine, twist }: Subject): readonly number[] {
  return printOf(JSON.stringify([race.name, machineParameters(machine), twist ?? null]));
}

function printOf(content: string | Uint8Array): readonly number[] {
  return [...createHash("sha256").update(content).digest().subarray(0, PRINT_BYTES)];
}

function isAt(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value >>> 0;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left >>>= 7;
  }
  return [...bytes, left];
}

function readVarints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const byte of bytes) {
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte & 128) continue;
    numbers.push(value);
    value = 0;
    shift = 0;
  }
  return numbers;
}
