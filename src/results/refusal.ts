import { EFAULT } from "../../assembly/shared/codes.ts";
import { isLongTerm } from "../scenario/endless.ts";
import type { JobRecord, RunRecord } from "./record.ts";

/**
 * Why the emulated kernel was right to refuse a job, and what would be accepted; undefined: the
 * failure is not the job's own. Rules 6.13 refuse to pin pages of a file long-term for writing.
 */
export function refusalWords(record: RunRecord, { job, error }: JobRecord): string | undefined {
  const { rules } = record.scenario.machine;
  if (error !== EFAULT || rules !== "6.13") return undefined;
  if (!isLongTerm(job) || job.bufferFile === undefined) return undefined;
  return (
    `rules 6.13 do not let ${job.pattern} pin pages of the file ${job.bufferFile} long-term for ` +
    `writing (errno ${EFAULT}, EFAULT)\n` +
    "        accepted: anonymous buffers, a file on /dev/shm, or --rules 5.7"
  );
}
