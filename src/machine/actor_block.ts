import {
  ACTOR_BATCH,
  ACTOR_BLOCK_ALIGN,
  ACTOR_BUFFER_BYTES,
  ACTOR_BUFFER_FILE,
  ACTOR_BUFFER_PAGES,
  ACTOR_BUFFER_VM,
  ACTOR_EVERY_NS,
  ACTOR_EXTENT_BLOCKS,
  ACTOR_FILE,
  ACTOR_FLAGS,
  ACTOR_FOLIO_ORDER,
  ACTOR_FREE_SLOTS,
  ACTOR_IODEPTH,
  ACTOR_LIFETIME_NS,
  ACTOR_LIMIT_BYTES,
  ACTOR_LIMIT_IOS,
  ACTOR_MEM_ALIGN,
  ACTOR_MM,
  ACTOR_PAGES,
  ACTOR_PAGES_PER_CALL,
  ACTOR_PASSES,
  ACTOR_PATTERN,
  ACTOR_PERMUTATION,
  ACTOR_PERMUTATION_MASK,
  ACTOR_PERMUTATION_STEP,
  ACTOR_PRNG,
  ACTOR_QUANTILES,
  ACTOR_READ_SHARE,
  ACTOR_READ_SIZES,
  ACTOR_REFERENCES,
  ACTOR_REPLAY,
  ACTOR_SAMPLE,
  ACTOR_SLOT_STRIDE,
  ACTOR_SLOTS,
  ACTOR_WALK,
  ACTOR_WRITE_SIZES,
  QUANTILE_COUNT,
  SIZE_BYTES,
} from "../../assembly/shared/actor_layout.ts";
import {
  ACTOR_FSYNC,
  ACTOR_GETS,
  ACTOR_PERMUTE,
  ACTOR_PUNCH,
  ACTOR_PUTS,
  ACTOR_RANDOM,
  ACTOR_REPLAYS,
  ACTOR_WRITES_ONLY,
  PATTERN_BUFFERED_IO,
  PATTERN_DIRECT_IO,
  PATTERN_FIXED_BUFFERS,
  PATTERN_GUP_TEST,
  PATTERN_MAPPER,
  PATTERN_RDMA_MR,
  PATTERN_RECLAIM,
  PATTERN_TRUNCATE,
  PATTERN_WRITEBACK,
  PATTERN_XSK_UMEM,
  WALK_HOT,
  WALK_RANDOM,
  WALK_SEQUENTIAL,
} from "../../assembly/shared/codes.ts";
import { CPU_ACTOR, PAGE_BYTES, PMD_ORDER } from "../../assembly/shared/layout.ts";
import { PACING_DEPTH, PACING_END } from "../../assembly/shared/pacing_layout.ts";
import { doesIo } from "../scenario/endless.ts";
import { effectiveSample } from "../scenario/pacing.ts";
import type { BlockSizeShare, Job, PatternName } from "../scenario/scenario.ts";
import {
  arenaParts,
  bufferBytes,
  pagesOfClone,
  sizesOf,
  slotStride,
  usedSizes,
} from "./actor_arena.ts";
import { mappingBits } from "./buffer_file.ts";
import { fileNamed } from "./files.ts";
import { writePasses } from "./gup_passes.ts";
import { fileNameOf } from "./job_files.ts";
import { cpuAddress, type Machine, mmAddress } from "./machine.ts";
import { offsetQuantiles } from "./offset_quantiles.ts";
import { type PacePlace, writePacing } from "./pacing_block.ts";
import { splitmix64 } from "./prng.ts";

const PATTERN_CODES: Readonly<Record<PatternName, number>> = {
  direct_io: PATTERN_DIRECT_IO,
  buffered_io: PATTERN_BUFFERED_IO,
  fixed_buffers: PATTERN_FIXED_BUFFERS,
  rdma_mr: PATTERN_RDMA_MR,
  xsk_umem: PATTERN_XSK_UMEM,
  mapper: PATTERN_MAPPER,
  gup_test: PATTERN_GUP_TEST,
  writeback: PATTERN_WRITEBACK,
  reclaim: PATTERN_RECLAIM,
  truncate: PATTERN_TRUNCATE,
};
const ALONE: PacePlace = { phase: 0, crowded: false };
const WALK_CODES = { sequential: WALK_SEQUENTIAL, random: WALK_RANDOM, hot: WALK_HOT };
const U32 = 2 ** 32;
/** A permutation of blocks lives in 32 bits; larger files are drawn with repetition. */
const PERMUTATION_LIMIT = 2 ** 31;

/** The threshold of a 32-bit draw: at or below it lie `percent` of the draws, one at least. */
function thresholdOf(percent: number): number {
  return Math.min(U32 - 1, Math.max(0, Math.floor((percent / 100) * U32) - 1));
}

/** Shares as thresholds of a 32-bit draw; the last one takes what rounding leaves. */
function writeSizes(machine: Machine, at: number, sizes: readonly BlockSizeShare[]): void {
  let cumulated = 0;
  sizes.forEach((size, i) => {
    cumulated += size.percent;
    const share = i === sizes.length - 1 ? U32 - 1 : thresholdOf(cumulated);
    machine.words.set([share | 0, size.minBytes, size.maxBytes], (at + i * SIZE_BYTES) >>> 2);
  });
}

/** Which clone of which job stands on which CPU, in which address space, from which seed. */
export interface ActorPlace {
  readonly job: Job;
  readonly cpu: number;
  readonly mm: number;
  readonly seed: bigint;
  /** One operation in so many is to be timed, unless the job's pace allows for more. */
  readonly sample: number;
  /** The actor's: a clone's own file is named after it. */
  readonly name?: string;
  /** Among those that pace their I/Os together; left out: it is alone. */
  readonly pace?: PacePlace;
}

/** Writes the block and the tables of one actor; the actor must not be running. */
export function writeActor(machine: Machine, place: ActorPlace): void {
  const { job, cpu } = place;
  const block = cpuAddress(machine, cpu) + CPU_ACTOR;
  machine.words.fill(0, block >>> 2, (block + PACING_END) >>> 2);
  const arena = machine.plan.arenasAt[cpu] ?? 0;
  const parts = arenaParts(job);
  machine.words.fill(0, arena >>> 2, (arena + parts.bytes) >>> 2);
  const word = (offset: number, value: number): void => {
    machine.words[(block + offset) >>> 2] = value;
  };
  const table = (offset: number, part: number): void => word(offset, part < 0 ? 0 : arena + part);
  word(ACTOR_PATTERN, PATTERN_CODES[job.pattern]);
  word(ACTOR_MM, mmAddress(machine, place.mm));
  word(ACTOR_SAMPLE, effectiveSample(job, place.sample));
  word(ACTOR_FLAGS, passFlags(job));
  word(ACTOR_BUFFER_PAGES, pagesOfClone(job));
  word(ACTOR_BUFFER_FILE, fileNamed(machine, job.bufferFile));
  word(ACTOR_FILE, fileNamed(machine, fileNameOf({ job, name: place.name ?? job.name })));
  word(ACTOR_BATCH, job.batchPages);
  word(ACTOR_BUFFER_VM, mappingBits(job));
  word(ACTOR_FOLIO_ORDER, Math.min(job.folioOrder, PMD_ORDER));
  word(ACTOR_PAGES_PER_CALL, job.pagesPerCall);
  word(ACTOR_WALK, WALK_CODES[job.walk]);
  word(ACTOR_REFERENCES, job.references);
  table(ACTOR_PAGES, parts.pages);
  table(ACTOR_PASSES, parts.passes);
  writePasses(machine, arena + parts.passes, job);
  machine.longs[(block + ACTOR_PRNG) >>> 3] = splitmix64(place.seed, cpu);
  machine.doubles[(block + ACTOR_LIFETIME_NS) >>> 3] = job.lifetimeMs * 1e6;
  machine.doubles[(block + ACTOR_EVERY_NS) >>> 3] = job.everyMs * 1e6;
  if (!doesIo(job)) return;
  table(ACTOR_SLOTS, parts.slots);
  table(ACTOR_FREE_SLOTS, parts.freeSlots);
  table(ACTOR_READ_SIZES, parts.readSizes);
  table(ACTOR_WRITE_SIZES, parts.writeSizes);
  table(ACTOR_QUANTILES, parts.quantiles);
  table(ACTOR_REPLAY, parts.ring);
  writeSizes(machine, arena + parts.readSizes, sizesOf(job, "readSizes"));
  writeSizes(machine, arena + parts.writeSizes, sizesOf(job, "writeSizes"));
  writeIo(machine, block, job, place, parts.quantiles < 0 ? 0 : arena + parts.quantiles);
  writePacing(machine, block, job, arena + parts.intended, place.pace ?? ALONE);
}

/**
 * Makes the queue of an actor at rest shallower, or as deep as its slots allow again; it takes its
 * slots anew when it goes on.
 */
export function writeDepth(machine: Machine, cpu: number, iodepth: number): void {
  const block = cpuAddress(machine, cpu) + CPU_ACTOR;
  machine.words[(block + ACTOR_IODEPTH) >>> 2] = iodepth;
  machine.words[(block + PACING_DEPTH) >>> 2] = iodepth;
}

/** Flags of an actor that does no I/O. */
function passFlags({ fsync, punch }: Job): number {
  return (fsync ? ACTOR_FSYNC : 0) | (punch ? ACTOR_PUNCH : 0);
}

/** What the loops make of a limit of one of them. */
function limitOf({ loops }: Job, once: number): number {
  return Math.min(once * loops, Number.MAX_SAFE_INTEGER);
}

function writeIo(
  machine: Machine,
  block: number,
  job: Job,
  place: ActorPlace,
  quantilesAt: number,
): void {
  const word = (offset: number, value: number): void => {
    machine.words[(block + offset) >>> 2] = value;
  };
  const long = (offset: number, value: number): void => {
    machine.longs[(block + offset) >>> 3] = BigInt(value);
  };
  const smallest = Math.min(...usedSizes(job).map((size) => size.minBytes));
  // What a umem's I/Os address is the umem, and its frames go round in order.
  const isUmem = job.pattern === "xsk_umem";
  const extentBytes = isUmem ? job.bufferPages * PAGE_BYTES : job.sizeBytes;
  const align = (isUmem ? 0 : job.blockAlignBytes) || smallest;
  const blocks = Math.max(1, Math.floor(extentBytes / align));
  const random = job.random && !isUmem;
  const uniform = job.randomDistribution.kind === "random";
  const permute = random && uniform && !job.norandommap && blocks < PERMUTATION_LIMIT;
  const flags =
    (random ? ACTOR_RANDOM : 0) |
    (permute ? ACTOR_PERMUTE : 0) |
    (job.replay ? ACTOR_REPLAYS : 0) |
    (job.acquire === "get" ? ACTOR_GETS : 0) |
    (job.release === "put_page" ? ACTOR_PUTS : 0) |
    (job.readPercent === 0 ? ACTOR_WRITES_ONLY : 0);
  word(ACTOR_FLAGS, flags);
  word(ACTOR_READ_SHARE, thresholdOf(job.readPercent));
  word(ACTOR_IODEPTH, job.iodepth);
  word(ACTOR_MEM_ALIGN, job.memAlignBytes);
  word(ACTOR_BUFFER_BYTES, bufferBytes(job));
  word(ACTOR_SLOT_STRIDE, slotStride(job));
  word(ACTOR_BLOCK_ALIGN, align);
  long(ACTOR_EXTENT_BLOCKS, blocks);
  long(ACTOR_LIMIT_BYTES, limitOf(job, job.ioSizeBytes));
  long(ACTOR_LIMIT_IOS, limitOf(job, job.numberIos ?? Number.MAX_SAFE_INTEGER));
  // Full period modulo a power of two: the step is odd, the factor is 1 modulo 4.
  const draw = Number(splitmix64(place.seed, place.cpu + 1000) & 0xffffffffn);
  word(ACTOR_PERMUTATION_MASK, 2 ** Math.ceil(Math.log2(blocks)) - 1);
  word(ACTOR_PERMUTATION_STEP, draw | 1);
  word(ACTOR_PERMUTATION, draw % blocks);
  if (!quantilesAt) return;
  offsetQuantiles(job.randomDistribution, blocks, QUANTILE_COUNT).forEach((value, i) => {
    machine.longs[(quantilesAt >>> 3) + i] = BigInt(value);
  });
}
