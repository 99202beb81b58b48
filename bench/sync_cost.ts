import {
  ACTOR_BUFFER_VPN,
  ACTOR_MM,
  ACTOR_PAGES,
  GUP_TEST_CALLS,
} from "../assembly/shared/actor_layout.ts";
import { FOLL_WRITE } from "../assembly/shared/codes.ts";
import { schemeName } from "../src/scenario/machine_words.ts";
import type { ScenarioInput } from "../src/scenario/make_scenario.ts";
import type { CountName, RecheckName, SyncName } from "../src/scenario/scenario.ts";
import { type Couple, compare, coupleOf, type Effort } from "./side_by_side.ts";
import { type Runner, type Spent, Subject } from "./subject.ts";
import { ns, share, type Table } from "./table.ts";
import { busyNs, wallNs } from "./time.ts";

interface Scheme {
  readonly scheme: CountName;
  readonly sync: SyncName;
  readonly recheck?: RecheckName;
}

/**
 * `bias` in the walk that serves every scheme with a SYNC: how much of their price is that walk,
 * and its reference that comes before the count. It has no second look at the entry.
 */
const BIAS_IN_COMMON_WALK: Scheme = { ...of("bias"), recheck: "none" };

/** A scheme as posted, and the one that its time is a multiple of: its count alone, or `bias`. */
const PAIRS: readonly (readonly [Scheme, Scheme])[] = [
  [of("bias"), of("bias")],
  [BIAS_IN_COMMON_WALK, of("bias")],
  [of("bias", "lock"), of("bias")],
  [of("bias", "lock-post"), of("bias")],
  [of("bias", "barrier"), of("bias")],
  [of("mapcount", "barrier"), of("mapcount")],
  [of("mapcount", "lock"), of("mapcount")],
  [of("mapcount"), of("bias")],
  [of("lru-count"), of("bias")],
  [of("hybrid"), of("bias")],
  [of("exact"), of("bias")],
];

function of(scheme: CountName, sync: SyncName = "none"): Scheme {
  return { scheme, sync };
}

/** Memory that is pinned, and how many pages at a time. */
interface Memory {
  readonly name: string;
  readonly pagesPerCall: number;
  readonly bufferFile: string | undefined;
}

const FILE = "/data";
const MEMORIES: readonly Memory[] = [
  { name: "a file's pages, runs of 32", pagesPerCall: 32, bufferFile: FILE },
  { name: "a file's pages, singly", pagesPerCall: 1, bufferFile: FILE },
  { name: "anonymous, runs of 32", pagesPerCall: 32, bufferFile: undefined },
  { name: "anonymous, singly", pagesPerCall: 1, bufferFile: undefined },
];

/**
 * pin_user_pages_fast() of sixteen runs, then unpin_user_pages() of them, over and over; without
 * the ledger. No page is pinned twice at a time, so that what a first pin costs is in every one.
 */
class PinAndUnpin implements Runner {
  constructor(
    private readonly subject: Subject,
    private readonly pagesPerCall: number,
  ) {}

  run(calls: number): Promise<Spent> {
    const { core, cpu } = this.subject;
    const mm = this.subject.word(ACTOR_MM);
    const vpn = this.subject.word(ACTOR_BUFFER_VPN);
    const pages = this.subject.word(ACTOR_PAGES);
    const run = this.pagesPerCall;
    const wall = wallNs();
    const busy = busyNs();
    for (let done = 0; done < calls; done += GUP_TEST_CALLS) {
      for (let at = 0; at < GUP_TEST_CALLS * run; at += run) {
        const got = core.pinUserPagesFast(cpu, mm, vpn + at, run, FOLL_WRITE, pages + at * 4);
        if (got !== run) throw new Error(`a call pinned ${got} pages of ${run}`);
      }
      for (let at = 0; at < GUP_TEST_CALLS * run; at += run) {
        core.unpinUserPages(cpu, pages + at * 4, run);
      }
    }
    return Promise.resolve({ busyNs: busyNs() - busy, wallNs: wallNs() - wall });
  }
}

/** Pin and unpin of a page under each COUNT+SYNC beside its count alone. */
export async function syncCost(effort: Effort): Promise<Table> {
  const rows: string[][] = [];
  for (const [one, other] of PAIRS) {
    const cells = [nameOf(one), nameOf(other)];
    for (const memory of MEMORIES) {
      const found = await compare(() => Promise.resolve(makeCouple(memory, one, other)), effort);
      // The base runs as `a`, so that the ratio is the time of the one as a multiple of its.
      cells.push(`${share(found.ratio)}, ${ns(found.nsB / memory.pagesPerCall)}`);
    }
    rows.push(cells);
  }
  const { couples, pairs, sliceMs } = effort;
  return {
    title: "Pin and unpin of a page by scheme: time as a multiple of the base's, and ns/page",
    note: `medians of ${couples} × ${pairs} pairs of slices of ${sliceMs} ms; 95 % intervals`,
    head: ["scheme", "base", ...MEMORIES.map(({ name }) => name)],
    rows,
  };
}

function nameOf(one: Scheme): string {
  const { scheme, recheck } = one;
  return recheck === undefined ? schemeName(one) : `${scheme}, recheck ${recheck}`;
}

function makeCouple(memory: Memory, one: Scheme, other: Scheme): Couple {
  const base = new Subject(scenarioOf(memory, other));
  const compared = new Subject(scenarioOf(memory, one));
  return coupleOf(base, compared, (subject) => new PinAndUnpin(subject, memory.pagesPerCall));
}

function scenarioOf({ pagesPerCall, bufferFile }: Memory, machine: Scheme): ScenarioInput {
  const bufferPages = pagesPerCall * GUP_TEST_CALLS;
  const job = {
    name: "job",
    pattern: "gup_test",
    pagesPerCall,
    bufferPages,
    runtimeMs: 1,
  } as const;
  return {
    name: "bench",
    source: "bench",
    // One kernel's rules for all: the counts are what differs.
    machine: { ...machine, rules: "5.0" },
    run: { seed: 1, sample: 0 },
    jobs: [{ ...job, bufferFile }],
  };
}
