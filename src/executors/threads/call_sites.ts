import type { InvariantBreach } from "../../results/record.ts";
import type { InvariantName } from "../../scenario/promises.ts";
import type { CountName, Job } from "../../scenario/scenario.ts";

/** What an actor has counted of its own calls, in pages, once everything was given back. */
export interface CallSites {
  /** The actor, such as `db.0`. */
  readonly name: string;
  /** The job that it is reported under. */
  readonly job: Pick<Job, "name" | "pattern" | "bufferFile">;
  readonly pinsAcquired: number;
  readonly pinsReleased: number;
}

/** An actor that gave back by other calls than it got by. */
export interface MixedCallSite {
  readonly words: string;
  /** Its job, and those whose buffers are pages of the same file: the counts are theirs too. */
  readonly jobs: readonly string[];
}

/** Counts that a mixed call site leaves wrong: a job of its own may fail for them. */
const BROKEN_BY_THEM: readonly string[] = [
  "conserved-refcount",
  "no-overflow",
] satisfies InvariantName[];

/**
 * Finds call sites that were converted by half; where pins are plain references (`refcount`, the
 * placeholder) they do no harm. Only actors that came to their end may be asked: a dead worker has
 * not given back what it held.
 */
export function mixedCallSites(actors: readonly CallSites[], scheme: CountName): MixedCallSite[] {
  if (scheme === "refcount") return [];
  return actors.flatMap(({ name, job, pinsAcquired, pinsReleased }) => {
    if (pinsAcquired === pinsReleased) return [];
    const count = Math.abs(pinsAcquired - pinsReleased);
    const [pages, them] = count === 1 ? ["1 page", "it"] : [`${count} pages`, "them"];
    const who = `${name} (${job.pattern})`;
    const jobs = sharersOf(job, actors);
    if (pinsAcquired > pinsReleased) {
      const words =
        `${who} got ${pages} by pin_user_pages() and gave ${them} back by put_page(), which ` +
        "takes no pin away";
      return [{ words, jobs }];
    }
    const words =
      `${who} got ${pages} by get_user_pages() and gave ${them} back by ` +
      "unpin_user_pages(), which takes away pins that were never taken";
    return [{ words, jobs }];
  });
}

/**
 * The breaches of a run and its mixed call sites: the cause comes first, before the counts that it
 * left wrong, and says whose failure is not pinlab's.
 */
export function withCallSites(
  breaches: readonly InvariantBreach[],
  sites: readonly MixedCallSite[],
  promised: readonly InvariantName[],
): InvariantBreach[] {
  const [first] = sites;
  if (first === undefined) return [...breaches];
  const name: InvariantName = "conserved-refcount";
  const jobs = [...new Set(sites.flatMap((site) => site.jobs))];
  const known = breaches.find((breach) => breach.name === name);
  const ofSites: InvariantBreach = {
    name,
    count: sites.length + (known?.count ?? 0),
    expected: !promised.includes(name),
    first: first.words,
    jobs,
  };
  return [
    ...breaches
      .filter((breach) => breach !== known)
      .map((breach) => (BROKEN_BY_THEM.includes(breach.name) ? { ...breach, jobs } : breach)),
    ofSites,
  ];
}

function sharersOf({ name, bufferFile }: CallSites["job"], actors: readonly CallSites[]): string[] {
  const sharing = actors.filter(
    ({ job }) => bufferFile !== undefined && job.bufferFile === bufferFile,
  );
  return [...new Set([name, ...sharing.map(({ job }) => job.name)])];
}
