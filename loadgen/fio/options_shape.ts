import { DEEPEST_QUEUE } from "../../src/scenario/limits.ts";
import { blockRanges, blockShares, blocks } from "./block_sizes.ts";
import { distribution } from "./distribution.ts";
import { engineKnown } from "./engines.ts";
import { type FioOption, modelled } from "./option.ts";
import { merged } from "./per_direction.ts";
import { boolean, count, flag, oneOf, text } from "./scalars.ts";
import type { Direction } from "./settings.ts";

const TRIM = "a trim pins nothing and moves no data; use a read or a write";
const DIRECTIONS: Record<string, Direction> = {
  read: { reads: true, writes: false, random: false },
  write: { reads: false, writes: true, random: false },
  rw: { reads: true, writes: true, random: false },
  readwrite: { reads: true, writes: true, random: false },
  randread: { reads: true, writes: false, random: true },
  randwrite: { reads: false, writes: true, random: true },
  randrw: { reads: true, writes: true, random: true },
};
const TRIMS = ["trim", "randtrim", "trimwrite", "randtrimwrite"];

/** What an I/O is: direction, size, place, engine. */
export const SHAPE_OPTIONS: readonly FioOption[] = [
  modelled(
    "rw",
    "direction and order of the I/O",
    { ...oneOf([...Object.keys(DIRECTIONS), ...TRIMS], true), accepts: words(DIRECTIONS) },
    (settings, { word, rest }, context) => {
      const direction = DIRECTIONS[word];
      if (!direction) return `rw=${word}: ${TRIM}`;
      if (rest !== undefined) {
        if (!/^\d+[a-z]*$/i.test(rest)) return `:${rest} is no count or size`;
        context.note(`:${rest} has no effect: it moves the offsets, not the pins`);
      }
      settings.direction = direction;
      return undefined;
    },
    { aliases: ["readwrite"] },
  ),
  modelled("rwmixread", "share of reads in a mix", percent(), (settings, value) => {
    settings.rwmixread = value;
  }),
  modelled("rwmixwrite", "share of writes in a mix", percent(), (settings, value) => {
    settings.rwmixread = 100 - value;
  }),
  modelled(
    "bs",
    "block size",
    blocks,
    (settings, value) => {
      settings.blocks = merged(settings.blocks, value);
    },
    { aliases: ["blocksize"] },
  ),
  modelled(
    "bsrange",
    "range of block sizes; wins over bs",
    blockRanges,
    (settings, value) => {
      settings.blockRanges = merged(settings.blockRanges, value);
    },
    { aliases: ["blocksize_range"] },
  ),
  modelled("bssplit", "mix of block sizes; wins over bs and bsrange", blockShares, (s, value) => {
    s.blockShares = merged(s.blockShares, value);
  }),
  modelled("bs_is_seq_rand", "bs=sequential,random", boolean, (settings, value) => {
    settings.blocksBySequence = value;
  }),
  modelled(
    "ba",
    "what random offsets are a multiple of",
    blocks,
    (settings, value) => {
      settings.blockAlign = value;
    },
    { aliases: ["blockalign"] },
  ),
  modelled("random_distribution", "which offsets a random job prefers", distribution, (s, v) => {
    s.distribution = v;
  }),
  modelled("norandommap", "blocks may repeat before all were seen", flag, (settings, value) => {
    settings.norandommap = value;
  }),
  modelled("direct", "O_DIRECT: the device reads and writes the buffers", boolean, (s, value) => {
    s.direct = value;
  }),
  modelled("buffered", "the opposite of direct", boolean, (settings, value) => {
    settings.direct = !value;
  }),
  modelled("atomic", "implies direct", boolean, (settings, value) => {
    settings.atomic = value;
  }),
  modelled(
    "ioengine",
    "how the I/O is issued; decides the pattern",
    { ...text, blank: "digits", accepts: "an ioengine of fio" },
    (settings, value) => {
      settings.ioengine = value;
      return engineKnown(value);
    },
  ),
  modelled("iodepth", "I/Os in flight", count(1, DEEPEST_QUEUE), (settings, value) => {
    settings.iodepth = value;
  }),
  modelled(
    "fixedbufs",
    "register the buffers once, pinned long-term",
    flag,
    (settings, value) => {
      settings.fixedbufs = value;
    },
    { engines: ["io_uring", "io_uring_cmd"] },
  ),
];

function percent() {
  return count(0, 100);
}

function words(known: object): string {
  return Object.keys(known).join(", ");
}
