import { acceptedWords } from "../../src/scenario/nearest_name.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import type { Group, Job } from "../../src/scenario/scenario.ts";
import { Notes } from "../fio/notes.ts";
import type { Problems } from "../fio/problems.ts";
import { type JobFileInput, readJobFile } from "../fio/read_job_file.ts";
import { shown } from "../fio/shown.ts";
import { patternJob } from "./pattern_job.ts";
import type { PatternEntry } from "./pattern_schema.ts";
import type { YamlText } from "./yaml_text.ts";

/** An entry of `jobs` or of `background` that its schema accepts. */
export interface Entry {
  readonly path: readonly PropertyKey[];
  readonly value: { readonly fio: string } | PatternEntry;
}

interface Placed {
  readonly job: Job;
  /** Where its entry stands; jobs of one entry keep its reporting groups. */
  readonly place: string;
}

/**
 * Reads the entries in order, as one job file is read: a job joins the last stonewall group
 * unless it starts one. Background jobs join every group.
 */
export class GroupBuilder {
  readonly #groups: Placed[][] = [];
  readonly #notes = new Set<string>();

  constructor(
    private readonly input: JobFileInput,
    private readonly yaml: YamlText,
    private readonly problems: Problems,
  ) {}

  add(entry: Entry): void {
    const { groups, waitsForPrevious } = this.#read(entry);
    groups.forEach((jobs, i) => {
      const starts = this.#groups.length === 0 || waitsForPrevious || i > 0;
      if (starts) this.#groups.push([...jobs]);
      else this.#groups.at(-1)?.push(...jobs);
    });
  }

  addBackground(entry: Entry): void {
    const { groups, waitsForPrevious } = this.#read(entry);
    if (waitsForPrevious) {
      const place = this.yaml.placeOf([...entry.path, "stonewall"]);
      this.problems.add(place, "found a stonewall", "none: it runs beside every group");
    }
    for (const group of this.#groups) group.push(...groups.flat());
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** The groups, with reporting groups that are numbered through; `places` hears of each job. */
  build(places: Map<string, string>): Group[] {
    const numbers = new Map<string, number>();
    return this.#groups.map((jobs, g) => {
      places.set(`groups.${g}`, this.yaml.placeOf(["jobs"]));
      return {
        jobs: jobs.map(({ job, place }, j) => {
          places.set(`groups.${g}.jobs.${j}`, place);
          const key = `${g} ${place} ${job.reportingGroup}`;
          const reportingGroup = numbers.get(key) ?? numbers.size;
          numbers.set(key, reportingGroup);
          return { ...job, reportingGroup };
        }),
      };
    });
  }

  /** A file that passes work on must be somebody's: a name that nobody uses is a slip. */
  checkFiles(sized: readonly string[]): void {
    const jobs = this.#groups.flat();
    const known = new Set([
      ...sized,
      ...jobs.flatMap(({ job }) => job.bufferFile ?? []),
      ...jobs.flatMap(({ job }) => (job.pattern === "buffered_io" ? (job.file ?? []) : [])),
    ]);
    for (const { job, place } of jobs) {
      if (job.file === undefined || known.has(job.file)) continue;
      const found = `found ${shown(job.file)}, which no job maps, reads or writes`;
      const files = "A file of mem: mmapshared:FILE, of buffered_io, or under files";
      const accepted = acceptedWords(job.file, known, files);
      this.problems.add(`${place}.file`, found, accepted);
    }
  }

  #read({ path, value }: Entry): { groups: Placed[][]; waitsForPrevious: boolean } {
    return "fio" in value ? this.#readFio(path, `${value.fio}`) : this.#readPattern(path, value);
  }

  #readFio(path: Entry["path"], text: string) {
    const at = [...path, "fio"];
    const place = this.yaml.placeOf(at);
    try {
      const within = { place, placeOf: this.yaml.placeInText(at) };
      const file = readJobFile({ ...this.input, text, within });
      for (const note of file.notes) this.#notes.add(note);
      return {
        groups: file.groups.map(({ jobs }) => jobs.map((job) => ({ job, place }))),
        waitsForPrevious: file.waitsForPrevious,
      };
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      for (const { where, found, accepted } of error.problems) {
        this.problems.add(where, found, accepted);
      }
      return { groups: [], waitsForPrevious: false };
    }
  }

  #readPattern(path: Entry["path"], value: PatternEntry) {
    const place = this.yaml.placeOf(path);
    const placeOf = (key?: string): string =>
      this.yaml.placeOf(key === undefined ? path : [...path, key]);
    const notes = new Notes();
    const made = patternJob(value, { ...this.input, problems: this.problems, notes, placeOf });
    for (const note of notes.all()) this.#notes.add(note);
    if (made === undefined) return { groups: [], waitsForPrevious: false };
    const { job, waitsForPrevious } = made;
    return { groups: [[{ job, place }]], waitsForPrevious };
  }
}
