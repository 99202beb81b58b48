import { DEFAULT_JOB, FIO_PERCENTILES } from "../../src/scenario/defaults.ts";
import type { Job, PatternName, RandomDistribution } from "../../src/scenario/scenario.ts";
import type { AbsoluteZone } from "./distribution.ts";
import {
  MODELLED_ENGINES,
  type ModelledEngine,
  modelledEngine,
  refusalOfEngine,
} from "./engines.ts";
import { jobGoals } from "./job_goals.ts";
import { jobPacing } from "./job_pacing.ts";
import { blockMix, jobSizes, oneFile, usedShares } from "./job_sizes.ts";
import type { Notes } from "./notes.ts";
import { isHuge } from "./options_memory.ts";
import type { Problems } from "./problems.ts";
import type { Remarks } from "./remarks.ts";
import type { Section } from "./sections.ts";
import type { Settings } from "./settings.ts";
import { shown, shownBare } from "./shown.ts";

const PAGE_BYTES = 4096;
const SECTOR_BYTES = 512;
const LARGEST_ORDER = 9;

/** One job section on its way to a Job; says what is wrong where it was said. */
class JobBuilder {
  readonly #section: Section;
  readonly #settings: Settings;
  readonly #problems: Problems;
  readonly #notes: Notes;

  constructor(section: Section, settings: Settings, problems: Problems, notes: Notes) {
    this.#section = section;
    this.#settings = settings;
    this.#problems = problems;
    this.#notes = notes;
  }

  build(reportingGroup: number): Job | undefined {
    const s = this.#settings;
    const engine = modelledEngine(s.ioengine);
    if (!engine) return this.#refuseEngine();
    this.#checkName();
    const pattern = this.#pattern(engine);
    if (engine.pins === "regions" && s.pattern === undefined) this.#checkRdma();
    if (s.createOnly)
      this.#refuse("create_only", "create_only: the job does no I/O", "a job that does");
    const sizes = this.#sizes(pattern);
    const mix = blockMix(s);
    return {
      ...DEFAULT_JOB,
      name: this.#name(),
      pattern,
      ioengine: s.ioengine,
      clones: s.numjobs,
      reportingGroup,
      groupReporting: s.groupReporting,
      thread: s.thread,
      readPercent: this.#readPercent(),
      random: s.direction.random,
      randomDistribution: this.#distribution(sizes.sizeBytes),
      norandommap: this.#repeats(),
      readSizes: mix.read,
      writeSizes: mix.write,
      blockAlignBytes: this.#blockAlign(),
      iodepth: this.#depth(engine),
      ...sizes,
      numberIos: s.numberIos,
      runtimeMs: s.runtimeMs === 0 ? undefined : s.runtimeMs,
      timeBased: this.#timeBased(),
      ...jobPacing(s, this.#name(), this.#remarks()),
      ...jobGoals(s, this.#remarks()),
      memAlignBytes: s.memAlign % PAGE_BYTES,
      folioOrder: this.#folioOrder(),
      bufferBytes: Math.max(...[...mix.read, ...mix.write].map((share) => share.maxBytes)),
      bufferFile: s.memFile,
      file: pattern === "buffered_io" ? oneFile(s) : undefined,
      percentiles: s.percentiles ?? FIO_PERCENTILES,
      lifetimeMs: 0,
    };
  }

  /** A name goes to terminals and into files. */
  #checkName(): void {
    this.#checkFile();
    if (!/\p{Cc}/u.test(this.#name())) return;
    const where = this.#settings.name === undefined ? undefined : this.#settings.at.get("name");
    const found = `a control character in the name ${shown(this.#name())}`;
    this.#problems.add(where ?? this.#section.where, found, "a name that can be printed");
  }

  #checkFile(): void {
    const { memFile = "", at } = this.#settings;
    if (!/\p{Cc}/u.test(memFile)) return;
    const found = `a control character in the file ${shown(memFile)}`;
    this.#problems.add(at.get("mem") ?? this.#section.where, found, "a file that can be printed");
  }

  #name(): string {
    return this.#settings.name ?? this.#section.name;
  }

  #note(text: string): void {
    this.#notes.add(this.#named(text));
  }

  #noteOfEmulator(text: string): void {
    this.#notes.addOfEmulator(this.#named(text));
  }

  #named(text: string): string {
    return `job ${shownBare(this.#name())}: ${text}`;
  }

  #refuse(option: string, found: string, accepted: string): void {
    this.#problems.add(this.#settings.at.get(option) ?? this.#section.where, found, accepted);
  }

  #remarks(): Remarks {
    return {
      note: (text) => this.#note(text),
      noteOfEmulator: (text) => this.#noteOfEmulator(text),
      refuse: (option, found, accepted) => this.#refuse(option, found, accepted),
    };
  }

  #refuseEngine(): undefined {
    const name = this.#settings.ioengine;
    const reason = refusalOfEngine(name);
    if (reason === undefined) return;
    const accepted = `an engine that is modelled: ${MODELLED_ENGINES.join(", ")}`;
    this.#refuse("ioengine", `ioengine=${shownBare(name)}: ${reason}`, accepted);
  }

  #pattern(engine: ModelledEngine): PatternName {
    const s = this.#settings;
    if (s.pattern !== undefined) return s.pattern;
    if (engine.pins === "regions") return "rdma_mr";
    if (s.ioengine === "io_uring" && s.fixedbufs) return "fixed_buffers";
    const direct = s.direct || s.atomic;
    if (engine.pins === "bio" && direct) return "direct_io";
    const why = engine.pins === "bio" ? "buffered I/O (direct=0)" : `ioengine=${s.ioengine}`;
    this.#note(`${why} pins nothing`);
    return "buffered_io";
  }

  #checkRdma(): void {
    const s = this.#settings;
    if (s.direction.random)
      this.#refuse("rw", "a random RDMA job", "rw=read or rw=write, as in fio");
    if (s.direction.reads && s.direction.writes) {
      this.#refuse("rw", "an RDMA job that mixes", "rw=read or rw=write, as in fio");
    }
    if (!s.at.has("port")) this.#refuse("ioengine", "an RDMA job without a port", "port=NUMBER");
    if (s.direction.writes && !s.at.has("hostname")) {
      this.#refuse("ioengine", "an RDMA job without a peer", "hostname=NAME");
    }
  }

  #sizes(pattern: PatternName): Pick<Job, "sizeBytes" | "ioSizeBytes"> {
    const s = this.#settings;
    // Its sizes are those of the log.
    const { sizeBytes: anySize, ioSizeBytes: anyIoSize } = DEFAULT_JOB;
    if (s.at.has("read_iolog")) return { sizeBytes: anySize, ioSizeBytes: anyIoSize };
    const smallest = Math.min(...usedShares(s).map((share) => share.minBytes));
    if (pattern === "direct_io") this.#checkSectors();
    const remedy = "size=, a runtime=, or a filename= of a file that exists";
    const sizes = jobSizes(s);
    if ("why" in sizes) {
      if (!s.malformed.has("size")) this.#refuse("size", sizes.why, remedy);
      return DEFAULT_JOB;
    }
    const { sizeBytes, ioSizeBytes, assumed } = sizes;
    if (assumed) this.#note(`no size is given: ${sizeBytes} bytes (64 MiB) are taken`);
    if (sizeBytes < smallest) {
      const found = `size ${sizeBytes} is smaller than the smallest block, ${smallest}`;
      this.#refuse("size", found, "a size of at least one block");
    }
    return { sizeBytes, ioSizeBytes };
  }

  /** O_DIRECT takes whole sectors only. */
  #checkSectors(): void {
    const s = this.#settings;
    const odd = usedShares(s).find((share) => share.minBytes % SECTOR_BYTES !== 0);
    if (!odd) return;
    const option = ["bssplit", "bsrange"].find((name) => s.at.has(name)) ?? "bs";
    const found = `blocks of ${odd.minBytes} bytes with direct=1`;
    const swapped = odd.minBytes % 1000 === 0 ? " (4k is 4096 bytes, 4kib is 4000 in fio)" : "";
    this.#refuse(option, found, `multiples of ${SECTOR_BYTES} bytes${swapped}`);
  }

  #readPercent(): number {
    const { direction, rwmixread } = this.#settings;
    if (direction.reads && direction.writes) return rwmixread;
    return direction.reads ? 100 : 0;
  }

  #distribution(sizeBytes: number): RandomDistribution {
    const { distribution, direction } = this.#settings;
    const { read, write } = distribution;
    if (direction.reads && direction.writes && JSON.stringify(read) !== JSON.stringify(write)) {
      this.#noteOfEmulator(
        "random_distribution differs for reads and writes: the one for reads is used",
      );
    }
    const used = direction.reads ? read : write;
    return used.kind === "zoned_abs" ? this.#relative(used.zones, sizeBytes) : used;
  }

  #relative(zones: readonly AbsoluteZone[], sizeBytes: number): RandomDistribution {
    const given = zones.reduce((sum, zone) => sum + zone.bytes, 0);
    const open = zones.filter((zone) => zone.bytes === 0).length;
    if (given > sizeBytes || (open > 0 && given === sizeBytes)) {
      const found = `zones of ${given} bytes in a size of ${sizeBytes}`;
      this.#refuse("random_distribution", found, "zones that fit into the size");
    }
    const rest = open > 0 ? (sizeBytes - given) / open : 0;
    return {
      kind: "zoned",
      zones: zones.map((zone) => ({
        accessPercent: zone.accessPercent,
        sizePercent: (100 * (zone.bytes || rest)) / sizeBytes,
      })),
    };
  }

  /** As in fio: another distribution than random, and blockalign, turn the random map off. */
  #repeats(): boolean {
    const { norandommap, distribution, direction } = this.#settings;
    const used = direction.reads ? distribution.read : distribution.write;
    return norandommap || used.kind !== "random" || this.#blockAlign() !== 0;
  }

  /** 0 when it is the smallest block anyway. */
  #blockAlign(): number {
    const { blockAlign, direction } = this.#settings;
    if (!blockAlign || !direction.random) return 0;
    const given = [direction.reads && blockAlign.read, direction.writes && blockAlign.write];
    const used = given.filter((bytes) => typeof bytes === "number");
    if (used.length === 2 && used[0] !== used[1]) {
      this.#noteOfEmulator("blockalign differs for reads and writes: the smaller one is used");
    }
    const smallest = Math.min(...usedShares(this.#settings).map((share) => share.minBytes));
    const least = Math.min(...used);
    return used.length === 0 || least === smallest ? 0 : least;
  }

  #depth(engine: ModelledEngine): number {
    const { iodepth, ioengine, pacing } = this.#settings;
    // Offloaded, each submitter has one in flight whatever the engine.
    if (!engine.synchronous || iodepth === 1 || pacing.submit === "offload") return iodepth;
    this.#note(`iodepth=${iodepth} is 1: ioengine=${ioengine} has one I/O in flight`);
    return 1;
  }

  #timeBased(): boolean {
    const { timeBased, runtimeMs } = this.#settings;
    if (timeBased && runtimeMs === 0) this.#note("time_based without a runtime has no effect");
    return timeBased && runtimeMs > 0;
  }

  #folioOrder(): number {
    const { mem, hugepageBytes } = this.#settings;
    if (!isHuge(mem)) return 0;
    const order = Math.log2(hugepageBytes / PAGE_BYTES);
    if (Number.isInteger(order) && order >= 0 && order <= LARGEST_ORDER) return order;
    const found = `huge pages of ${hugepageBytes} bytes`;
    this.#refuse("hugepage-size", found, "4k, 8k, 16k and so on up to 2m");
    return 0;
  }
}

/** Makes the Job of a section, or says what is wrong with it. */
export function toJob(
  section: Section,
  settings: Settings,
  reportingGroup: number,
  problems: Problems,
  notes: Notes,
): Job | undefined {
  return new JobBuilder(section, settings, problems, notes).build(reportingGroup);
}
