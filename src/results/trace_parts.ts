import type { GroupTrace, RunRecord } from "./record.ts";

/** What both trace files state: who wrote an event, and long texts in parts. */

/** Where thread numbers begin: below are the system's own. */
const FIRST_TID = 1000;
const PART_CHARACTERS = 1 << 16;

/** One CPU of one group: a thread of the trace. */
export interface TraceThread {
  readonly group: number;
  readonly cpu: number;
  /** Unlike any other thread's of the run. */
  readonly tid: number;
  readonly name: string;
  readonly trace: GroupTrace["cpus"][number];
}

/** The threads of a run, group by group and in order of their CPUs. */
export function threadsOf({ trace }: Pick<RunRecord, "trace">): TraceThread[] {
  let tid = FIRST_TID;
  return (trace?.groups ?? []).flatMap(({ actors, cpus }, group) =>
    cpus.map((cpuTrace, cpu) => {
      const name = actors[cpu] ?? `CPU ${cpu}`;
      return { group, cpu, tid: tid++, name, trace: cpuTrace };
    }),
  );
}

/** Joins lines to parts of some size: a file system is asked once for many. */
export function* inParts(lines: Iterable<string>): Generator<string> {
  let part = "";
  for (const line of lines) {
    part += line;
    if (part.length < PART_CHARACTERS) continue;
    yield part;
    part = "";
  }
  if (part !== "") yield part;
}
