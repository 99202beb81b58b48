/** A million names would no longer fit into little memory; fio keeps its files open as well. */
const MOST_FILES = 65536;

/** The files that a log has added, each known by the bytes of its name, and which are open. */
export class LogFiles {
  private readonly names: Uint8Array[] = [];
  private readonly open: boolean[] = [];
  private readonly byHash = new Map<number, number[]>();
  /** Most lines name the file of the line before. */
  private last = -1;

  /** The file with this name; -1: it was never added. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.last >= 0 && this.isNamed(this.last, bytes, start, end)) return this.last;
    for (const file of this.byHash.get(hashOf(bytes, start, end)) ?? []) {
      if (this.isNamed(file, bytes, start, end)) {
        this.last = file;
        return file;
      }
    }
    return -1;
  }

  /** False: there are too many. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.find(bytes, start, end) >= 0) return true;
    if (this.names.length === MOST_FILES) return false;
    const hash = hashOf(bytes, start, end);
    const alike = this.byHash.get(hash);
    if (alike) alike.push(this.names.length);
    else this.byHash.set(hash, [this.names.length]);
    this.names.push(bytes.slice(start, end));
    this.open.push(false);
    return true;
  }

  setOpen(file: number, open: boolean): void {
    this.open[file] = open;
  }

  isOpen(file: number): boolean {
    return this.open[file] === true;
  }

  private isNamed(file: number, bytes: Uint8Array, start: number, end: number): boolean {
    const name = this.names[file];
    if (name === undefined || name.length !== end - start) return false;
    for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
    return true;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) & 0x3fffffff;
  return hash;
}
