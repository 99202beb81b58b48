import type { Command } from "commander";
import { FOLL_WRITE } from "../../assembly/shared/codes.ts";
import { PASS_WHICH_COUNT } from "../../assembly/shared/gup_test_layout.ts";
import { PAGE_BYTES, PMD_ORDER } from "../../assembly/shared/layout.ts";
import { MOST_ACTORS } from "../../src/scenario/limits.ts";
import type { ScenarioInput } from "../../src/scenario/make_scenario.ts";
import type { Problem } from "../../src/scenario/problem.ts";
import type { GupCall } from "../../src/scenario/scenario.ts";

/** A region of this many MiB is the most that pages of 32-bit numbers can describe. */
export const MOST_MIB = 65536;
const MOST_REPEATS = 2 ** 20;
const PAGES_A_MIB = 2 ** 20 / PAGE_BYTES;
const DEV_ZERO = "/dev/zero";

/** The selftest's options; of those that exclude each other the last one counts. */
export interface SelftestOptions {
  command: GupCall | "dump";
  mib: number;
  repeats: number;
  /** Undefined: all in one call. */
  pagesPerCall: number | undefined;
  threads: number;
  gupFlags: number;
  file: string;
  thp: boolean;
  write: boolean;
  shared: boolean;
  hugetlb: boolean;
  touchFirst: boolean;
  dumpPins: boolean;
}

/** The defaults of tools/testing/selftests/mm/gup_test.c. */
export function selftestDefaults(): SelftestOptions {
  return {
    command: "gup-fast",
    mib: 128,
    repeats: 1,
    pagesPerCall: 1,
    threads: 1,
    gupFlags: 0,
    file: DEV_ZERO,
    thp: false,
    write: true,
    shared: false,
    hugetlb: false,
    touchFirst: true,
    dumpPins: false,
  };
}

type Switch = readonly [flag: string, help: string, set: (options: SelftestOptions) => void];

const command =
  (name: SelftestOptions["command"]) =>
  (options: SelftestOptions): void => {
    options.command = name;
  };

const SWITCHES: readonly Switch[] = [
  ["-a", "PIN_FAST_BENCHMARK: pin_user_pages_fast()", command("pin-fast")],
  ["-u", "GUP_FAST_BENCHMARK: get_user_pages_fast(), the default", command("gup-fast")],
  ["-L", "PIN_LONGTERM_BENCHMARK: pin_user_pages(FOLL_LONGTERM)", command("pin-longterm")],
  ["-U", "GUP_BASIC_TEST: get_user_pages()", command("gup-basic")],
  ["-b", "PIN_BASIC_TEST: pin_user_pages()", command("pin-basic")],
  ["-c", "DUMP_USER_PAGES_TEST: show struct page of the PAGEs (default: 0)", command("dump")],
  ["-p", "with -c: pin instead of get", (options) => (options.dumpPins = true)],
  ["-t", "huge pages by madvise()", (options) => (options.thp = true)],
  ["-T", "no huge pages, the default", (options) => (options.thp = false)],
  ["-w", "FOLL_WRITE, the default", (options) => (options.write = true)],
  ["-W", "no FOLL_WRITE", (options) => (options.write = false)],
  ["-S", "MAP_SHARED", (options) => (options.shared = true)],
  ["-H", "MAP_HUGETLB|MAP_ANONYMOUS", (options) => (options.hugetlb = true)],
  [
    "-z",
    "gup faults the pages in, nobody touches them before",
    (options) => (options.touchFirst = false),
  ],
];

/** Declares the options; as getopt does, they are taken in order, alone or together (-ct). */
export function addSelftestOptions(to: Command, options: SelftestOptions, problems: Problem[]) {
  for (const [flag, help, set] of SWITCHES) {
    to.option(flag, help).on(`option:${flag.slice(1)}`, () => set(options));
  }
  const value = (flag: string, help: string, set: (text: string) => void): void => {
    to.option(`-${flag} <n>`, help).on(`option:${flag}`, set);
  };
  const number = (flag: string, help: string, most: number, set: (value: number) => void): void =>
    value(flag, help, (text) => {
      const given = wholeNumber(text);
      if (given !== undefined && given >= 1 && given <= most) set(given);
      else problems.push(notANumber(`-${flag}`, text, `a whole number from 1 to ${most}`));
    });
  number("m", "size of the region in MiB (default: 128)", MOST_MIB, (n) => (options.mib = n));
  number("r", "how many times (default: 1)", MOST_REPEATS, (n) => (options.repeats = n));
  number("j", "threads on the same pages (default: 1)", MOST_ACTORS, (n) => (options.threads = n));
  value("n", "pages a call (default: 1; -1: all of them)", (text) => {
    const given = text === "-1" ? -1 : wholeNumber(text);
    if (given === undefined || given === 0) {
      problems.push(notANumber("-n", text, "a number of pages, or -1 for all of them"));
    } else options.pagesPerCall = given < 0 ? undefined : given;
  });
  value("F", "FOLL_* flags, such as 0x100", (text) => {
    const given = wholeNumber(text);
    if (given !== undefined && given < 2 ** 32) options.gupFlags = given;
    else problems.push(notANumber("-F", text, "a number of 32 bits, such as 1 or 0x101"));
  });
  to.option("-f <file>", `the file to map, which is not opened (default: ${DEV_ZERO})`);
  to.on("option:f", (file: string) => {
    options.file = file;
  });
}

/** As strtol() with base 0: decimal, 0x and octal; undefined: no such number. */
function wholeNumber(text: string): number | undefined {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}

function notANumber(where: string, text: string, accepted: string): Problem {
  return { where, found: `"${text}"`, accepted };
}

/** Indexes of the pages to dump. */
export function readPages(texts: readonly string[], problems: Problem[]): number[] {
  if (texts.length > PASS_WHICH_COUNT) {
    const accepted = `at most ${PASS_WHICH_COUNT} pages to dump`;
    problems.push({ where: "PAGE", found: `${texts.length} of them`, accepted });
  }
  return texts.flatMap((text) => {
    const page = wholeNumber(text);
    if (page !== undefined && page <= MOST_MIB * PAGES_A_MIB) return [page];
    problems.push(notANumber("PAGE", text, "the number of a page, from 0, such as 19 or 0x1000"));
    return [];
  });
}

/** The job that does what the options say. */
export function selftestJob(
  options: SelftestOptions,
  pages: readonly number[],
): NonNullable<ScenarioInput["jobs"]>[number] {
  const { shared, hugetlb, threads, repeats } = options;
  const dumps = options.command === "dump";
  const call = options.command !== "dump" ? options.command : dumpCall(options);
  const bufferPages = options.mib * PAGES_A_MIB;
  // A private mapping of /dev/zero is anonymous memory, and so is what MAP_HUGETLB maps here.
  const anonymous = hugetlb || (options.file === DEV_ZERO && !shared);
  return {
    name: "gup_test",
    pattern: "gup_test",
    clones: threads,
    thread: true,
    bufferPages,
    pagesPerCall: Math.min(options.pagesPerCall ?? bufferPages, bufferPages),
    bufferFile: anonymous ? undefined : options.file,
    folioOrder: hugetlb || (options.thp && anonymous) ? PMD_ORDER : 0,
    passes: {
      call,
      gupFlags: (options.gupFlags | (options.write ? FOLL_WRITE : 0)) >>> 0,
      // What times nothing is done once, whatever -r says.
      repeats: call.endsWith("-fast") || call === "pin-longterm" ? repeats : 1,
      shared,
      hugetlb,
      touchFirst: options.touchFirst,
      dump: dumps ? (pages.length > 0 ? pages : [0]) : [],
    },
  };
}

function dumpCall({ dumpPins }: SelftestOptions): GupCall {
  return dumpPins ? "dump-pin" : "dump-get";
}
