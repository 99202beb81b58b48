import { groupLines, headerLines, jobLines } from "./fio_text.ts";
import { pinlabLines } from "./pinlab_text.ts";
import type { RunRecord } from "./record.ts";

/** The report for a terminal: fio's words for fio's figures, then pinlab's for pinning. */
export function normalReport(record: RunRecord): string {
  const lines = [
    ...headerLines(record),
    `pinlab-${record.environment.pinlab}`,
    ...record.jobs.flatMap((job) => ["", ...jobLines(record, job)]),
    ...groupLines(record),
    "",
    ...pinlabLines(record),
  ];
  return `${lines.join("\n")}\n`;
}
