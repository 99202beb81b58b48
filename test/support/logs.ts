import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder for I/O logs that is gone after the test file. */
export class LogFolder {
  readonly path = mkdtempSync(join(tmpdir(), "pinlab-logs-"));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true }));
  }

  /** Writes a file as it is given. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** A log of version 3 about one open file: `TIME ACTION OFFSET LENGTH` a line. */
  v3(name: string, ...lines: string[]): string {
    const words = lines.map((line) => line.replace(" ", " /data/f "));
    const head = ["fio version 3 iolog", "0 /data/f add", "0 /data/f open"];
    return this.write(name, `${[...head, ...words].join("\n")}\n`);
  }

  /** The same of version 2, without times. */
  v2(name: string, ...lines: string[]): string {
    const words = lines.map((line) => `/data/f ${line}`);
    const head = ["fio version 2 iolog", "/data/f add", "/data/f open"];
    return this.write(name, `${[...head, ...words].join("\n")}\n`);
  }

  /** A log of so many I/Os of 4 KiB, reads and writes in turn. */
  long(name: string, ios: number): string {
    const path = join(this.path, name);
    const file = openSync(path, "w");
    let text = "fio version 3 iolog\n0 /data/f add\n0 /data/f open\n";
    for (let i = 0; i < ios; i++) {
      const offset = ((i * 40503) % 2 ** 24) * 4096;
      text += `${i + 1} /data/f ${i % 2 ? "write" : "read"} ${offset} 4096\n`;
      if (text.length > 1 << 20) {
        writeSync(file, text);
        text = "";
      }
    }
    writeSync(file, text);
    closeSync(file);
    return path;
  }
}
