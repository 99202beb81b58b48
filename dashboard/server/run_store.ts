import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunList, RunSummary } from "../../src/stream/run_list.ts";
import { RunViewFault, readRunView } from "../../src/stream/run_view.ts";

/** Finished runs, by a name of each. */
export interface RunStore {
  list(): RunList;
  /** The result's text (json or json+); undefined: there is none of that name. */
  read(id: string): string | undefined;
}

const MOST_BYTES = 64 * 2 ** 20;
const MOST_FILES = 1000;

/** Result files of one folder; only names that the folder itself lists are read. */
export class RunFolder implements RunStore {
  private readonly known = new Map<string, { stamp: string; summary: RunSummary | string }>();

  constructor(private readonly folder: string) {}

  list(): RunList {
    const runs: RunSummary[] = [];
    const skipped: { id: string; reason: string }[] = [];
    for (const id of this.names()) {
      const summary = this.summaryOf(id);
      if (typeof summary === "string") skipped.push({ id, reason: summary });
      else runs.push(summary);
    }
    runs.sort((a, b) => b.startedAtMs - a.startedAtMs);
    return { runs, skipped };
  }

  read(id: string): string | undefined {
    if (!this.names().includes(id)) return undefined;
    const { text } = this.open(id);
    return text;
  }

  private names(): string[] {
    const entries = readdirSync(this.folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".json"));
    return files.map(({ name }) => name).slice(0, MOST_FILES);
  }

  private summaryOf(id: string): RunSummary | string {
    const { text, stamp, reason } = this.open(id, this.known.get(id)?.stamp);
    const known = this.known.get(id);
    if (known !== undefined && known.stamp === stamp) return known.summary;
    if (text === undefined) return reason;
    const summary = summaryOf(id, text);
    this.known.set(id, { stamp, summary });
    return summary;
  }

  /** The file, unless it is what `unless` says it was; its text, or why there is none. */
  private open(id: string, unless?: string) {
    let file: number | undefined;
    try {
      // What a link or a pipe of that name leads to is not of this folder.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      file = openSync(join(this.folder, id), flags);
      const { size, mtimeMs } = fstatSync(file);
      const stamp = `${size} ${mtimeMs}`;
      if (size > MOST_BYTES) return { stamp, reason: `it is larger than ${MOST_BYTES} bytes` };
      if (stamp === unless) return { stamp, reason: "" };
      return { stamp, reason: "", text: readFileSync(file, "utf8") };
    } catch (error) {
      const { code = "it cannot be read" } = error as NodeJS.ErrnoException;
      return { stamp: "", reason: code };
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}

/** Runs that are kept in memory: the one that has just ended. */
export class RunShelf implements RunStore {
  private readonly texts = new Map<string, string>();

  put(id: string, text: string): void {
    this.texts.set(id, text);
  }

  list(): RunList {
    const all = [...this.texts].map(([id, text]) => summaryOf(id, text));
    return { runs: all.filter((one) => typeof one !== "string"), skipped: [] };
  }

  read(id: string): string | undefined {
    return this.texts.get(id);
  }
}

/** What a list says of a run, or why the text is none. */
function summaryOf(id: string, text: string): RunSummary | string {
  try {
    const { name, startedAtMs, durationNs, parameters } = readRunView(text);
    return { id, name, startedAtMs, durationNs, parameters };
  } catch (error) {
    if (error instanceof RunViewFault) return error.message;
    throw error;
  }
}
