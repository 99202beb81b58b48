import { EFAULT, EOPNOTSUPP } from "../../assembly/shared/codes.ts";
import { isLongTerm } from "../scenario/endless.ts";
import type { JobRecord, RunRecord } from "./record.ts";

/**
 * Why the emulated kernel was right to refuse a job, and what would be accepted; undefined: the
 * failure is not the job's own. Rules 6.13 refuse to pin pages of a file long-term for writing;
 * mapcount refuses large folios.
 */
export function refusalWords(record: RunRecord, failed: JobRecord): string | undefined {
  return ofRules(record, failed) ?? ofScheme(record, failed);
}

function ofRules(record: RunRecord, { job, error }: JobRecord): string | undefined {
  const { rules } = record.scenario.machine;
  if (error !== EFAULT || rules !== "6.13") return undefined;
  if (!isLongTerm(job) || job.bufferFile === undefined) return undefined;
  return (
    `rules 6.13 do not let ${job.pattern} pin pages of the file ${job.bufferFile} long-term for ` +
    `writing (errno ${EFAULT}, EFAULT)\n` +
    "        accepted: anonymous buffers, a file on /dev/shm, or --rules 5.7"
  );
}

function ofScheme(record: RunRecord, { job, error }: JobRecord): string | undefined {
  const { scheme } = record.scenario.machine;
  if (error !== EOPNOTSUPP || scheme !== "mapcount" || job.folioOrder === 0) return undefined;
  return (
    `scheme mapcount cannot count pins of large folios, and the buffers of ${job.pattern} are of ` +
    `order ${job.folioOrder} (errno ${EOPNOTSUPP}, EOPNOTSUPP)\n` +
    "        accepted: small pages, or another scheme"
  );
}
