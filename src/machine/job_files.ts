import { PAGE_BYTES } from "../../assembly/shared/layout.ts";
import type { Job, Scenario } from "../scenario/scenario.ts";
import { pagesOfClone } from "./actor_arena.ts";
import { backingOf } from "./buffer_file.ts";
import type { FileSpec } from "./files.ts";

/** An actor, as far as files are concerned: its job and its name. */
export interface FileUser {
  readonly job: Job;
  readonly name: string;
}

/** So much of a file that is read and written is modelled; its offsets wrap behind it. */
export const MOST_FILE_PAGES = 2 ** 20;

/** The file that an actor reads, writes, writes back or truncates; fio names a clone's own so. */
export function fileNameOf({ job, name }: FileUser): string | undefined {
  if (job.pattern === "buffered_io") return job.file ?? `${name}.0`;
  return job.file;
}

/** Every file of a scenario: as large as the largest use of it. */
export function filesOf(scenario: Scenario, users: readonly FileUser[]): FileSpec[] {
  const pages = new Map<string, number>();
  const use = (name: string | undefined, count: number): void => {
    if (name !== undefined) pages.set(name, Math.max(pages.get(name) ?? 1, count));
  };
  for (const user of users) {
    const { job } = user;
    use(job.bufferFile, pagesOfClone(job));
    use(fileNameOf(user), job.pattern === "buffered_io" ? modelledPages(job.sizeBytes) : 0);
  }
  for (const { name, sizeBytes } of scenario.files) use(name, modelledPages(sizeBytes));
  return [...pages].map(([name, count]) => ({ name, kind: backingOf(name), pages: count }));
}

function modelledPages(bytes: number): number {
  return Math.min(MOST_FILE_PAGES, Math.ceil(bytes / PAGE_BYTES));
}
