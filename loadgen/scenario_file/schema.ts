import { z } from "zod";
import { BIAS_MAX, BIAS_MIN } from "../../assembly/shared/codes.ts";
import { LARGEST_COUNT, LARGEST_SAMPLE } from "../../src/scenario/limits.ts";
import {
  RECHECK_NAMES,
  RULES_NAMES,
  type RulesName,
  TEST_AT_NAMES,
  TLB_NAMES,
  VARIANT_NAMES,
} from "../../src/scenario/scenario.ts";
import {
  POLICY_FORM,
  POLICY_WORDS,
  SCHEME_FORM,
  SCHEME_WORDS,
} from "../../src/scenario/scheme_words.ts";
import { THRESHOLD_FORM } from "../../src/scenario/threshold.ts";
import { CHANGE_FORM, changeEntry } from "./change_schema.ts";
import { list, mapping, name, printable, size, text, time, whole, word, yesNo } from "./leaves.ts";
import { patternEntry } from "./pattern_schema.ts";

/** A scenario file as YAML gives it; its output is what the keys mean. */

/** YAML takes 5.0 without quotes for the number 5. */
const RULES = new Map<string | number, RulesName>([
  ...RULES_NAMES.map((rules): [string, RulesName] => [rules, rules]),
  ...RULES_NAMES.map((rules): [number, RulesName] => [Number(rules), rules]),
]);
const rules = z
  .union([z.enum(RULES_NAMES), z.literal(RULES_NAMES.map(Number))], {
    error: RULES_NAMES.join(", "),
  })
  .transform((given) => RULES.get(given) as RulesName);

/** What a matrix may vary. */
const AXES = {
  scheme: word(SCHEME_WORDS, SCHEME_FORM),
  variant: name(VARIANT_NAMES),
  bias: whole(BIAS_MIN, BIAS_MAX),
  rules,
  "on-pinned": word(POLICY_WORDS, POLICY_FORM),
  "test-at": name(TEST_AT_NAMES),
  recheck: name(RECHECK_NAMES),
  tlb: name(TLB_NAMES),
  "stable-pages": yesNo(),
  seed: whole(0, LARGEST_COUNT),
};
const DESCRIPTIONS: Readonly<Record<keyof typeof AXES, string>> = {
  scheme: `Where pins are counted, and how gup is ordered against writeback: ${SCHEME_FORM}.`,
  variant: "One thing done wrong, or as it was first done; --variant help lists all.",
  bias: "GUP_PIN_COUNTING_BIAS; default 1024.",
  rules: "The kernel whose rules hold; default 6.13 for hybrid, else 5.0.",
  "on-pinned": `What background writeback / fsync do with a pinned page: ${POLICY_FORM}.`,
  "test-at": "When writeback asks whether a page is pinned; default: as the scheme was posted.",
  recheck: "When gup reads the page-table entry once more; default: as the scheme was posted.",
  tlb: "ipi (the default): a flush waits for CPUs with interrupts off; broadcast: it does not.",
  "stable-pages": "Whoever wants to write to a page under writeback waits; default yes.",
  seed: "Repeats a run's random choices; default 1.",
};

type Axes = typeof AXES;

const machineKeys = Object.fromEntries(
  Object.entries(AXES).map(([key, values]) => [
    key,
    values.optional().describe(DESCRIPTIONS[key as keyof Axes]),
  ]),
) as { [K in keyof Axes]: z.ZodOptional<Axes[K]> };

const LISTS = "a list of values, such as [refcount, bias]";
const axes = Object.fromEntries(
  Object.entries(AXES).map(([key, values]) => [
    key,
    list(values, LISTS)
      .max(64, { error: "at most 64 values" })
      .optional()
      .describe(`Values of ${key} to go through.`),
  ]),
) as unknown as { [K in keyof Axes]: z.ZodOptional<z.ZodArray<Axes[K]>> };

/** A service time in ns, up to an hour. */
const serviceTime = time(Number.MIN_VALUE, 3_600_000).transform((ms) => ms * 1e6);
const service = z
  .discriminatedUnion(
    "dist",
    [
      mapping(
        { dist: z.literal("constant"), value: serviceTime.describe("Every I/O takes so long.") },
        "a constant service time",
      ),
      mapping(
        {
          dist: z.literal("uniform"),
          min: serviceTime.describe("The shortest."),
          max: serviceTime.describe("The longest."),
        },
        "uniform service times",
      ),
      mapping(
        { dist: z.literal("exponential"), mean: serviceTime.describe("The mean.") },
        "exponential service times",
      ),
      mapping(
        {
          dist: z.literal("lognormal"),
          p50: serviceTime.describe("The median."),
          p99: serviceTime.describe("What one I/O in a hundred exceeds."),
        },
        "lognormal service times",
      ),
    ],
    {
      error: ({ code }) =>
        code === "invalid_union"
          ? "constant, uniform, exponential, lognormal"
          : "a mapping with dist and its parameters",
    },
  )
  .superRefine((times, context) => {
    if (times.dist === "uniform" && times.max < times.min) {
      context.addIssue({ code: "custom", path: ["max"], message: "at least min" });
    }
    if (times.dist === "lognormal" && times.p99 < times.p50) {
      context.addIssue({ code: "custom", path: ["p99"], message: "at least p50" });
    }
  });

/** One of `jobs`: an inline fio job file, or a job of one pattern. */
export const jobEntry = z.union(
  [
    mapping(
      { fio: text("a fio job file, as a block: fio: |").describe("A fio job file, unchanged.") },
      "an inline fio job file",
    ),
    patternEntry,
  ],
  { error: "a job: fio: | with a job file below it, or pattern: NAME and its keys" },
);

export const scenarioFile = mapping(
  {
    name: printable("a name")
      .optional()
      .describe("Name of the scenario; default: that of the file."),
    duration: time(1).optional().describe("Each stonewall group runs this long."),
    warmup: time(0).optional().describe("Left out of the figures; default 1s."),
    sample: whole(0, LARGEST_SAMPLE)
      .optional()
      .describe("One operation in so many is timed alone, 0: none; default 512."),
    pages: z
      .union([z.literal("auto"), whole(64, 2 ** 26)], {
        error: `auto, or a whole number of pages from 64 to ${2 ** 26}`,
      })
      .optional()
      .describe("Page frames of 4 KiB; default auto: what the jobs need."),
    hugepages: name(["none", "thp", "2M"])
      .optional()
      .describe(
        "Folios of 2 MiB behind anonymous buffers: none (the default: as the jobs say), thp " +
          "(where a clone has 2 MiB or more), 2M (always, rounded up).",
      ),
    ...machineKeys,
    device: mapping(
      { service: service.describe("How long an I/O takes: equally likely values, up to 1,024.") },
      "the device",
    )
      .optional()
      .describe("The device; without it an I/O is done at once."),
    files: z
      .record(printable("the name of a file"), size(), { error: "a mapping of names to sizes" })
      .optional()
      .describe("Files that are larger than what the jobs map, read and write of them."),
    jobs: list(jobEntry, "a list of jobs: - fio: |, or - pattern: NAME").describe(
      "What runs, as in one fio job file: a stonewall starts the next group.",
    ),
    background: list(patternEntry, "a list of jobs: - pattern: NAME")
      .optional()
      .describe("Jobs that run beside those of each stonewall group."),
    thresholds: z
      .array(text(THRESHOLD_FORM), { error: "a list of thresholds" })
      .optional()
      .describe(`Exit status 99 unless they hold: ${THRESHOLD_FORM}.`),
    changes: list(changeEntry, `a list of changes: ${CHANGE_FORM}`)
      .optional()
      .describe("Knobs that the run turns by itself while it runs."),
    matrix: mapping(axes, "lists of values by key")
      .optional()
      .describe("What sweep and compare go through; run takes the keys above."),
  },
  "a mapping of keys",
);

export type ScenarioFile = z.output<typeof scenarioFile>;
