import { z } from "zod";
import { PAGE_BYTES } from "../../assembly/shared/layout.ts";
import { acceptedWords } from "../../src/scenario/nearest_name.ts";
import type { Job, PatternName } from "../../src/scenario/scenario.ts";
import { findOption } from "../fio/option_table.ts";
import { mapping, name, printable, size, time, whole } from "./leaves.ts";

/**
 * Jobs named by their pattern. A key is either a word of fio, whose value stays text until fio's
 * own option table reads it, or a word of the pattern, which becomes a part of the job at once.
 */

/** A key's part of the job. */
type Part = Partial<Job>;

export type PatternEntry = { readonly pattern: PatternName } & {
  readonly [key: string]: string | Part | undefined;
};

const OF_ALL = [
  ...["name", "numjobs", "thread", "runtime", "time_based", "startdelay", "ramp_time"],
  ...["stonewall", "new_group", "group_reporting", "percentile_list"],
] as const;
const OF_FRAMES = [
  ...["rw", "rwmixread", "iodepth", "size", "io_size", "number_ios", "loops"],
  ...["rate", "rate_iops", "rate_process", "thinktime"],
] as const;
const OF_IO = [
  ...OF_FRAMES,
  ...["bs", "bsrange", "bssplit", "ba", "random_distribution", "norandommap"],
] as const;
const OF_MEMORY = ["mem", "iomem_align", "hugepage-size"] as const;

function fioWord(option: string) {
  const found = findOption(option);
  const accepts = found?.status === "modelled" ? found.accepts : "a value of fio";
  const error = `${option} takes ${accepts}`;
  return z
    .union([z.string(), z.number(), z.boolean()], { error })
    .transform((value) => (typeof value === "boolean" ? `${Number(value)}` : `${value}`))
    .meta({ id: `fio-${option}`, description: `As in fio: ${found?.help}. ${capital(accepts)}.` })
    .optional();
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

type FioWord = ReturnType<typeof fioWord>;

const FIO_WORDS: ReadonlyMap<string, FioWord> = new Map(
  [...OF_ALL, ...OF_IO, ...OF_MEMORY].map((option) => [option, fioWord(option)]),
);

function fioWords<const N extends string>(...names: readonly N[]): { [K in N]: FioWord } {
  return Object.fromEntries(names.map((option) => [option, FIO_WORDS.get(option)])) as {
    [K in N]: FioWord;
  };
}

const every = time(0)
  .transform((everyMs): Part => ({ everyMs }))
  .optional()
  .describe("From the start of one pass to that of the next; 0, the default: no pause.");
const file = printable("the name of a file of the emulated machine, such as /data").transform(
  (name): Part => ({ file: name }),
);
const batchOf = (what: string, key: "batchPages" | "pagesPerCall", most: number) =>
  whole(1, most, " of pages")
    .transform((pages): Part => ({ [key]: pages }))
    .optional()
    .describe(what);
const regionPages = size()
  .transform((bytes): Part => ({ bufferPages: Math.ceil(bytes / PAGE_BYTES) }))
  .optional();
/** Of all the buffers of a clone; pattern_job.ts shares it out among them. */
const regionBytes = size()
  .transform((bufferBytes): Part => ({ bufferBytes }))
  .optional()
  .describe("Memory that a clone registers; at least iodepth times bs, which is the default.");

/** The keys of each pattern beside `pattern` and the words that all have. */
const SHAPES = {
  direct_io: {
    ...fioWords(...OF_IO, ...OF_MEMORY),
    acquire: name(["pin", "get"])
      .transform((acquire): Part => ({ acquire }))
      .optional()
      .describe("How a page is taken: pin (FOLL_PIN, the default), or get (FOLL_GET)."),
    release: name(["unpin", "put_page"])
      .transform((release): Part => ({ release }))
      .optional()
      .describe("How it is given back: unpin (the default), or put_page by mistake."),
  },
  buffered_io: {
    ...fioWords(...OF_IO),
    file: file.optional().describe("The file that all clones work on; else one for each clone."),
  },
  fixed_buffers: { ...fioWords(...OF_IO, ...OF_MEMORY), region: regionBytes },
  rdma_mr: {
    ...fioWords(...OF_IO, ...OF_MEMORY),
    region: regionBytes,
    lifetime: time(0)
      .transform((lifetimeMs): Part => ({ lifetimeMs }))
      .optional()
      .describe("How long a region stays registered; 0, the default: the whole run."),
  },
  xsk_umem: {
    ...fioWords(...OF_FRAMES),
    region: regionPages.describe("Size of the umem; default 16m."),
    frame: z
      .union([z.literal(2048), z.literal(4096)], { error: "2048 or 4096" })
      .transform((frameBytes): Part => ({ frameBytes }))
      .optional()
      .describe("Bytes of a frame: 2048 or 4096, the default."),
  },
  mapper: {
    ...fioWords("mem"),
    region: regionPages.describe("Memory that it holds references on; default 1m."),
    references: whole(1, 2 ** 21)
      .transform((references): Part => ({ references }))
      .optional()
      .describe("Ordinary references held on each page; default 1."),
  },
  gup_test: {
    ...fioWords(...OF_MEMORY),
    region: regionPages.describe("Memory that it pins and unpins; default 1m."),
    batch: batchOf("Pages a call; default 1.", "pagesPerCall", 2 ** 24),
    walk: name(["sequential", "random", "hot"])
      .transform((walk): Part => ({ walk }))
      .optional()
      .describe("Order of the calls: sequential (the default), random, or hot (the same pages)."),
  },
  writeback: {
    file: file.describe("The file that is written back."),
    every,
    sync: name(["none", "all"])
      .transform((sync): Part => ({ fsync: sync === "all" }))
      .optional()
      .describe("none (the default): background writeback; all: each pass is an fsync."),
  },
  reclaim: {
    every,
    batch: batchOf("Most pages that a pass takes; default 32.", "batchPages", 2 ** 20),
  },
  truncate: {
    file: file.describe("The file whose pages are taken away."),
    every,
    kind: name(["truncate", "punch"])
      .transform((kind): Part => ({ punch: kind === "punch" }))
      .optional()
      .describe("truncate (the default): its end is cut off and grown again; punch: a hole."),
    batch: batchOf("Most pages that a pass takes; default 32.", "batchPages", 2 ** 20),
  },
} as const satisfies Record<PatternName, z.ZodRawShape>;

const WORDS_OF_ALL = fioWords(...OF_ALL);

function patternOf<N extends PatternName>(pattern: N) {
  const shape = {
    pattern: z.literal(pattern).describe("What an actor of the job does."),
    ...WORDS_OF_ALL,
    ...SHAPES[pattern],
  };
  return mapping(shape, `a job of the pattern ${pattern}`);
}

/** What a job's `pattern` may be, led by the one that was meant. */
function acceptedPatterns(entry: unknown): string {
  const given = (entry as { pattern?: unknown } | undefined)?.pattern;
  const names = Object.keys(SHAPES);
  const form = names.join(", ");
  return typeof given === "string" ? acceptedWords(given, names, form) : form;
}

/** A job of one pattern. */
export const patternEntry = z
  .discriminatedUnion(
    "pattern",
    [
      patternOf("direct_io"),
      patternOf("buffered_io"),
      patternOf("fixed_buffers"),
      patternOf("rdma_mr"),
      patternOf("xsk_umem"),
      patternOf("mapper"),
      patternOf("gup_test"),
      patternOf("writeback"),
      patternOf("reclaim"),
      patternOf("truncate"),
    ],
    {
      error: ({ code, input }) =>
        code === "invalid_union"
          ? acceptedPatterns(input)
          : "a job: pattern: NAME, and the keys of that pattern",
    },
  )
  .meta({ id: "pattern-job", description: "A job of one pattern." });
