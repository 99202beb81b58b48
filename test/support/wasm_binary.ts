/** Reads a wasm binary: sections, imports, exports, globals and the opcodes of its functions. */

const SECTION_NAMES = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "dataCount",
];
const KINDS = ["function", "table", "memory", "global"];
const SHARED_MEMORY = 3;

class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** LEB128, signed or not: the value matters only where it is small and positive. */
  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.leb();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.leb() }, read);
  }
}

export interface WasmBinary {
  readonly sections: string[];
  readonly imports: { name: string; kind: string; shared: boolean }[];
  readonly exports: { name: string; kind: string }[];
  readonly globals: { mutable: boolean }[];
  /** How often each opcode stands in the code; prefixed ones as 0xFE03. */
  readonly opcodes: Map<number, number>;
}

export function readWasm(bytes: Uint8Array): WasmBinary {
  const reader = new Reader(bytes);
  reader.at = 8;
  const binary: WasmBinary = {
    sections: [],
    imports: [],
    exports: [],
    globals: [],
    opcodes: new Map(),
  };
  while (reader.at < bytes.length) {
    const name = SECTION_NAMES[reader.byte()] ?? "unknown";
    const size = reader.leb();
    const end = reader.at + size;
    binary.sections.push(name);
    if (name === "import") binary.imports.push(...reader.list(() => readImport(reader)));
    if (name === "export") binary.exports.push(...reader.list(() => readExport(reader)));
    if (name === "global") binary.globals.push(...reader.list(() => readGlobal(reader)));
    if (name === "code") reader.list(() => readFunction(reader, binary.opcodes));
    reader.at = end;
  }
  return binary;
}

function readImport(reader: Reader): WasmBinary["imports"][number] {
  const name = `${reader.text()}.${reader.text()}`;
  const kind = KINDS[reader.byte()] ?? "unknown";
  let shared = false;
  if (kind === "function") reader.leb();
  else if (kind === "memory") {
    shared = reader.byte() === SHARED_MEMORY;
    reader.leb();
    reader.leb();
  } else throw new Error(`an import of a ${kind}: ${name}`);
  return { name, kind, shared };
}

function readExport(reader: Reader): WasmBinary["exports"][number] {
  const name = reader.text();
  const kind = KINDS[reader.byte()] ?? "unknown";
  reader.leb();
  return { name, kind };
}

function readGlobal(reader: Reader): WasmBinary["globals"][number] {
  reader.byte();
  const mutable = reader.byte() === 1;
  while (readInstruction(reader) !== 0x0b) {}
  return { mutable };
}

function readFunction(reader: Reader, opcodes: Map<number, number>): void {
  const size = reader.leb();
  const end = reader.at + size;
  reader.list(() => [reader.leb(), reader.byte()]);
  while (reader.at < end) {
    const opcode = readInstruction(reader);
    opcodes.set(opcode, (opcodes.get(opcode) ?? 0) + 1);
  }
}

/** Reads one instruction with its immediates; throws at what asc does not emit. */
function readInstruction(reader: Reader): number {
  const opcode = reader.byte();
  if (opcode === 0xfe) return readPrefixed(reader, opcode);
  if (opcode === 0xfc) return readPrefixed(reader, opcode);
  if (opcode >= 0x02 && opcode <= 0x04)
    reader.leb(); // block, loop, if
  else if (opcode >= 0x0c && opcode <= 0x0d)
    reader.leb(); // br, br_if
  else if (opcode === 0x0e) {
    reader.list(() => reader.leb()); // br_table
    reader.leb();
  } else if (opcode === 0x10)
    reader.leb(); // call
  else if (opcode >= 0x20 && opcode <= 0x24)
    reader.leb(); // locals and globals
  else if (opcode >= 0x28 && opcode <= 0x3e) readMemoryArgument(reader);
  else if (opcode === 0x3f || opcode === 0x40)
    reader.leb(); // memory.size, memory.grow
  else if (opcode === 0x41 || opcode === 0x42)
    reader.leb(); // i32.const, i64.const
  else if (opcode === 0x43) reader.at += 4;
  else if (opcode === 0x44) reader.at += 8;
  else if (!isBare(opcode)) throw new Error(`opcode 0x${opcode.toString(16)} at ${reader.at}`);
  return opcode;
}

function isBare(opcode: number): boolean {
  const control = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b];
  return control.includes(opcode) || (opcode >= 0x45 && opcode <= 0xc4);
}

function readMemoryArgument(reader: Reader): void {
  reader.leb();
  reader.leb();
}

function readPrefixed(reader: Reader, prefix: number): number {
  const code = reader.leb();
  if (prefix === 0xfe) {
    if (code === 0x03) reader.byte();
    else readMemoryArgument(reader);
  } else if (code === 0x0a) {
    reader.leb(); // memory.copy
    reader.leb();
  } else if (code === 0x0b)
    reader.leb(); // memory.fill
  else if (code > 0x07) throw new Error(`opcode 0xfc ${code}`);
  return prefix * 256 + code;
}
