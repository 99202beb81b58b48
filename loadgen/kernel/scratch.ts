import { closeSync, constants, mkdtempSync, openSync, rmSync, statfsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { binaryBytes } from "../../src/results/words.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import { fileSystemOf, refusalOfFileSystem } from "./file_system.ts";

/** What stays free: for fio's logs, and so that no one else's disk is filled to the brim. */
export const SPARE_BYTES = 256 * 2 ** 20;

/** What helps where a disk is full. */
export const ROOM_REMEDY = "set TMPDIR to a directory on a disk with room";

const PREFIX = ".pinlab-kernel-";
const SHARED_MEMORY = "/dev/shm";

/** A directory of our own for fio's files, gone with the process at the latest. */
export class Scratch {
  readonly #onExit = (): void => this.remove();

  private constructor(
    readonly path: string,
    readonly fileSystem: string,
  ) {
    process.on("exit", this.#onExit);
  }

  /**
   * In the first of `places` that can take direct I/O and so many bytes.
   *
   * @throws EnvironmentFault with what is wrong with each of them
   */
  static create(places: readonly string[], neededBytes: number): Scratch {
    const reasons: string[] = [];
    for (const place of new Set(places.map((path) => resolve(path)))) {
      const made = Scratch.#tryIn(place, neededBytes);
      if (made instanceof Scratch) return made;
      reasons.push(`${place}: ${made}`);
    }
    throw new EnvironmentFault(
      `no place for the scratch files (${reasons.join("; ")}); ${ROOM_REMEDY}`,
      EXIT_MISSING,
    );
  }

  /** On the tmpfs of shared memory, where nothing can be read or written directly. */
  static inSharedMemory(): Scratch {
    try {
      return new Scratch(mkdtempSync(`${SHARED_MEMORY}/${PREFIX}`), "tmpfs");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new EnvironmentFault(`nothing can be made in ${SHARED_MEMORY} (${code})`, EXIT_MISSING);
    }
  }

  static #tryIn(place: string, neededBytes: number): Scratch | string {
    let scratch: Scratch | undefined;
    try {
      if (!statSync(place).isDirectory()) return "no directory";
      const fileSystem = fileSystemOf(place);
      const refusal = refusalOfFileSystem(fileSystem);
      if (refusal !== undefined) return refusal;
      const free = freeBytes(place);
      if (free < neededBytes + SPARE_BYTES) {
        const spare = `${binaryBytes(SPARE_BYTES)} to spare`;
        return `${binaryBytes(free)} free, ${binaryBytes(neededBytes)} needed and ${spare}`;
      }
      scratch = new Scratch(mkdtempSync(join(place, PREFIX)), fileSystem);
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_DIRECT;
      closeSync(openSync(scratch.file("probe"), flags));
      return scratch;
    } catch (error) {
      scratch?.remove();
      const { code } = error as NodeJS.ErrnoException;
      if (scratch !== undefined && code === "EINVAL") return "its file system has no O_DIRECT";
      return code ?? String(error);
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  freeBytes(): number {
    return freeBytes(this.path);
  }

  remove(): void {
    process.off("exit", this.#onExit);
    rmSync(this.path, { recursive: true, force: true });
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
