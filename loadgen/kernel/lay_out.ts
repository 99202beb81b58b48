import { spawnSync } from "node:child_process";
import { renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { splitmix64 } from "../../src/machine/prng.ts";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { binaryBytes } from "../../src/results/words.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import type { ScratchFile } from "./derive.ts";
import { ROOM_REMEDY, Scratch, SPARE_BYTES } from "./scratch.ts";

const CHUNK_BYTES = 4 << 20;
const BLOCK_BYTES = 512;
const TRIES = 4;
/** The longest extent of ext4: a larger file is in pieces anyway, and pins its many pages. */
const LARGEST_WHOLE_BYTES = 128 << 20;

interface LayOutOptions {
  readonly signal: AbortSignal;
  /** Bytes written so far of this file. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Writes a file from end to end through the page cache, so that direct I/O finds every block
 * allocated: holes and unwritten extents would make fio's I/O pin otherwise. Stops early when the
 * signal comes.
 *
 * @throws EnvironmentFault when the disk is full or the file has holes all the same
 */
async function layOut(path: string, bytes: number, options: LayOutOptions): Promise<void> {
  const file = await open(path, "wx");
  try {
    await fill(file, bytes, options);
    await file.sync();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    const reason = isFull ? `the disk is full; ${ROOM_REMEDY}` : `${code ?? error}`;
    throw new EnvironmentFault(
      `cannot write ${binaryBytes(bytes)} to ${path}: ${reason}`,
      EXIT_MISSING,
    );
  } finally {
    await file.close();
  }
  if (!options.signal.aborted) refuseHoles(path);
}

/**
 * Lays out every file in the scratch directory. What stands for a file on /dev/shm lies in a
 * directory there, which is returned for its removal, behind a link of its name.
 */
export async function layOutAll(
  files: readonly ScratchFile[],
  scratch: Scratch,
  { signal, onStage }: { signal: AbortSignal; onStage: (text: string) => void },
): Promise<Scratch | undefined> {
  const shared = files.some((file) => file.inSharedMemory) ? Scratch.inSharedMemory() : undefined;
  try {
    for (const { name, bytes, inSharedMemory, wantsOnePiece } of files) {
      const onProgress = (written: number): void =>
        onStage(`pinlab kernel: laying out ${binaryBytes(written)} of ${binaryBytes(bytes)}`);
      const options = { signal, onProgress };
      if (shared !== undefined && inSharedMemory) {
        await layOut(shared.file(name), bytes, options);
        symlinkSync(shared.file(name), scratch.file(name));
      } else if (wantsOnePiece && bytes <= LARGEST_WHOLE_BYTES)
        await layOutWhole(scratch, name, bytes, options);
      else await layOut(scratch.file(name), bytes, options);
    }
    return shared;
  } catch (error) {
    shared?.remove();
    throw error;
  }
}

/** Tries a few times for a file in one piece; those in more stay till then, in their places. */
async function layOutWhole(
  scratch: Scratch,
  name: string,
  bytes: number,
  options: LayOutOptions,
): Promise<void> {
  let best = { path: "", pieces: Number.POSITIVE_INFINITY };
  const tried: string[] = [];
  while (best.pieces > 1 && tried.length < TRIES && !options.signal.aborted) {
    if (tried.length > 0 && scratch.freeBytes() < bytes + SPARE_BYTES) break;
    const path = scratch.file(`${name}.${tried.length}`);
    tried.push(path);
    await layOut(path, bytes, options);
    const pieces = extentsOf(path) ?? 1;
    if (pieces < best.pieces) best = { path, pieces };
  }
  if (best.path !== "") renameSync(best.path, scratch.file(name));
  for (const path of tried) rmSync(path, { force: true });
}

/** @throws EnvironmentFault if fewer blocks are behind a file than its length needs */
export function refuseHoles(path: string): void {
  const { size, blocks } = statSync(path);
  if (blocks * BLOCK_BYTES >= size) return;
  const found = `${blocks * BLOCK_BYTES} of ${size} bytes are on the disk`;
  throw new EnvironmentFault(
    `the scratch file is sparse (${found}), and direct I/O to holes pins otherwise`,
    EXIT_MISSING,
  );
}

/** How many pieces the file is in; undefined: filefrag (e2fsprogs) cannot tell. */
export function extentsOf(path: string): number | undefined {
  const { stdout } = spawnSync("filefrag", [path], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` },
  });
  const count = /: (\d+) extents? found/.exec(stdout ?? "")?.[1];
  return count === undefined ? undefined : Number(count);
}

async function fill(file: FileHandle, bytes: number, options: LayOutOptions): Promise<void> {
  const chunk = patternedBytes();
  for (let at = 0; at < bytes && !options.signal.aborted; ) {
    const { bytesWritten } = await file.write(chunk, 0, Math.min(CHUNK_BYTES, bytes - at), at);
    at += bytesWritten;
    options.onProgress(at);
  }
}

/** Nothing that a file system could leave out as zeros or press together. */
function patternedBytes(): Uint8Array {
  const words = new BigUint64Array(CHUNK_BYTES / 8);
  for (let i = 0; i < words.length; i++) words[i] = splitmix64(1n, i);
  return new Uint8Array(words.buffer);
}
