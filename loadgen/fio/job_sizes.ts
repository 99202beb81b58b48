import { statSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import { LARGEST_COUNT } from "../../src/scenario/limits.ts";
import type { BlockSizeShare } from "../../src/scenario/scenario.ts";
import type { PerDirection } from "./per_direction.ts";
import type { Settings } from "./settings.ts";

/** Names are parted by colons; a colon in a name has a backslash before it. */
function filesNamed({ filename, directory }: Settings): string[] {
  if (filename === undefined) return [];
  return filename.split(/(?<!\\):/).map((part) => {
    const name = part.replaceAll("\\:", ":");
    return directory === undefined ? name : join(directory, name);
  });
}

/** The file that every clone works on; undefined: there are several, or one for each clone. */
export function oneFile(settings: Settings): string | undefined {
  const [name, ...others] = filesNamed(settings);
  return others.length === 0 ? name : undefined;
}

function existingBytes(settings: Settings): number {
  let total = 0;
  for (const path of filesNamed(settings)) {
    const status = path.includes("\0") ? undefined : statSync(path, { throwIfNoEntry: false });
    total += status?.isFile() ? status.size : 0;
  }
  return total;
}

function existingBytesOrNone(settings: Settings): number {
  try {
    return existingBytes(settings);
  } catch {
    return 0;
  }
}

export interface Sizes {
  readonly sizeBytes: number;
  readonly ioSizeBytes: number;
  /** No size was given and none was found: the default stands in. */
  readonly assumed: boolean;
}

/** The extent a job works on and what it transfers; or why that is not known. */
export function jobSizes(settings: Settings): Sizes | { readonly why: string } {
  const { size, ioSize, fileSize, files, runtimeMs } = settings;
  let sizeBytes = 0;
  if (size !== undefined && "bytes" in size) sizeBytes = size.bytes;
  else if (fileSize !== undefined && fileSize > 0) sizeBytes = fileSize * files;
  else sizeBytes = existingBytesOrNone(settings);
  if (size !== undefined && "percent" in size) {
    if (sizeBytes === 0) return { why: `size=${size.percent}% of a file that is not there` };
    sizeBytes = Math.floor((sizeBytes * size.percent) / 100);
  }
  if (sizeBytes > LARGEST_COUNT) return { why: "files larger than 2^53 - 1 bytes together" };
  const assumed = sizeBytes === 0;
  if (assumed && runtimeMs === 0) return { why: "no size, and no file that has one" };
  if (assumed) sizeBytes = DEFAULT_JOB.sizeBytes;
  let ioSizeBytes = sizeBytes;
  if (ioSize !== undefined) {
    const share = "percent" in ioSize ? Math.floor((sizeBytes * ioSize.percent) / 100) : 0;
    ioSizeBytes = "bytes" in ioSize ? ioSize.bytes : Math.max(1, share);
  }
  return { sizeBytes, ioSizeBytes, assumed };
}

/** The mix of sizes of each direction: bssplit wins over bsrange, bsrange over bs, as in fio. */
export function blockMix(settings: Settings): PerDirection<readonly BlockSizeShare[]> {
  const { blockShares, blockRanges, blocks, blocksBySequence, direction } = settings;
  const of = (side: "read" | "write"): readonly BlockSizeShare[] => {
    const bytes = blocks[side];
    const one = [{ minBytes: bytes, maxBytes: bytes, percent: 100 }];
    return blockShares[side] ?? blockRanges[side] ?? one;
  };
  if (!blocksBySequence) return { read: of("read"), write: of("write") };
  const used = of(direction.random ? "write" : "read");
  return { read: used, write: used };
}

/** Shares of the directions that the job uses. */
export function usedShares(settings: Settings): readonly BlockSizeShare[] {
  const mix = blockMix(settings);
  const { reads, writes } = settings.direction;
  return [...(reads ? mix.read : []), ...(writes ? mix.write : [])];
}
