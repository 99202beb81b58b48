import { z } from "zod";
import { EFAULT } from "../../assembly/shared/codes.ts";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import { shown } from "../fio/shown.ts";
import type { Thread } from "./derive.ts";
import type { FioEnd } from "./run_fio.ts";

const LONGEST_WORDS = 200;

/** What fio says of one thread. */
export interface FioThread {
  readonly ios: number;
  readonly bytes: number;
  /** errno of the thread; 0: it ended well. */
  readonly error: number;
}

const count = z.number().min(0);
const direction = z.object({ total_ios: count, io_bytes: count });
const output = z.object({
  jobs: z.array(
    z.object({ jobname: z.string(), error: z.number(), read: direction, write: direction }),
  ),
});

/**
 * fio's figures, a thread each. A kernel that refuses to register fixed buffers is an answer, not
 * a failure: the thread then has EFAULT and no I/O.
 *
 * @throws EnvironmentFault with fio's last words when it crashed, failed or printed no JSON
 */
export function readFioOutput(end: FioEnd, threads: readonly Thread[]): FioThread[] {
  const parsed = parse(end.result);
  if (end.signal !== null) throw failed(`fio was ended by ${end.signal}`, end);
  if (parsed === undefined) {
    throw failed(`fio ended with status ${end.exitCode} and printed no JSON of its jobs`, end);
  }
  const results = threads.map((thread) => {
    const job = parsed.jobs.find(({ jobname }) => jobname === thread.section);
    if (job === undefined) throw failed(`fio says nothing of job ${shown(thread.name)}`, end);
    const { error, read, write } = job;
    const refused = error === EFAULT && thread.job.pattern === "fixed_buffers";
    if (error !== 0 && !refused) {
      throw failed(`fio's job ${shown(thread.name)} failed with errno ${error}`, end);
    }
    const bytes = read.io_bytes + write.io_bytes;
    return { ios: read.total_ios + write.total_ios, bytes, error };
  });
  // A thread that crashed has no error of its own.
  if (end.exitCode !== 0 && results.every(({ error }) => error === 0)) {
    throw failed(`fio ended with status ${end.exitCode}`, end);
  }
  return results;
}

function parse(result: string): z.infer<typeof output> | undefined {
  const parts = splitResult(result);
  try {
    return output.safeParse(JSON.parse(parts.json)).data;
  } catch {
    return undefined;
  }
}

/** fio writes what it has to complain about into the same file, above its JSON. */
function splitResult(result: string): { said: string; json: string } {
  const start = /^\{/m.exec(result)?.index ?? result.length;
  return { said: result.slice(0, start), json: result.slice(start) };
}

/** Control characters would speak to the terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, " ");
}

function failed(what: string, end: FioEnd): EnvironmentFault {
  const said = `${splitResult(end.result).said}\n${end.printed}`;
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const last = lines.slice(-3).map((line) => printable(line.trim()).slice(0, LONGEST_WORDS));
  const words = last.length === 0 ? "it said nothing" : `its last words: ${last.join(" | ")}`;
  return new EnvironmentFault(`${what}; ${words}`, EXIT_MISSING);
}
