/** A block at address 0 of a memory of its own. */
export function emptyBlock() {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const words = new Int32Array(memory.buffer);
  const set = (offset: number, value: number) => {
    words[offset >>> 2] = value;
  };
  const get = (offset: number) => words[offset >>> 2] ?? 0;
  return { memory, doubles: new Float64Array(memory.buffer), set, get };
}
