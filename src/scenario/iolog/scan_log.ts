import { ConfigurationError, type Problem } from "../problem.ts";
import { logError } from "./log_bytes.ts";
import type { LogVersion } from "./log_header.ts";
import { type LogCounts, LogReader } from "./log_reader.ts";

/** More faults of one log than this are counted, not told. */
const TOLD = 3;
/** With so many faults it is not worth reading on. */
const MOST_FAULTS = 10_000;

/** What a whole log holds. */
export interface LogScan extends Readonly<LogCounts> {
  readonly version: LogVersion;
  readonly path: string;
  readonly bytes: number;
  /** Longest read or write. */
  readonly largestBytes: number;
  /** Time of the last read or write since the log's time 0. */
  readonly durationUs: number;
}

export interface ScanProgress {
  readonly path: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ScanOptions {
  /** Reads or writes that are to be left out. */
  readonly skip?: readonly ("read" | "write")[];
  /** Offsets and lengths must be multiples of these. */
  readonly offsetUnit?: number;
  readonly lengthUnit?: number;
  /** Called at each MiB. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
}

/**
 * Reads a log through, so that everything that is wrong with it is known before a run begins, and
 * says what it holds. Takes little memory however long it is.
 *
 * @throws ConfigurationError with the first faults, each at its line
 */
export function scanLog(path: string, options: ScanOptions = {}): LogScan {
  const { onProgress, ...rest } = options;
  const faults = new Faults(path);
  const reader: LogReader = new LogReader(path, {
    skip: [],
    ...rest,
    onFault: (line, found, accepted) => faults.add(line, found, accepted),
    onChunk: () => {
      onProgress?.({ path, bytes: reader.takenBytes, totalBytes: reader.totalBytes });
      return true;
    },
  });
  let largestBytes = 0;
  let durationUs = 0;
  try {
    while (reader.next()) {
      if (reader.length > largestBytes) largestBytes = reader.length;
      durationUs = reader.timeUs;
    }
  } finally {
    reader.close();
  }
  faults.throwIfAny();
  const { counts, version, totalBytes: bytes } = reader;
  if (largestBytes === 0) {
    const left = counts.skipped > 0 ? ` but the ${counts.skipped} that are skipped` : "";
    throw logError(path, `no read or write${left}`, "a log with reads or writes to replay");
  }
  return { ...counts, version, path, bytes, largestBytes, durationUs };
}

class Faults {
  private readonly told: Problem[] = [];
  private count = 0;

  constructor(private readonly path: string) {}

  add(line: number, found: string, accepted: string): void {
    if (this.count++ < TOLD) this.told.push({ where: `${this.path}:${line}`, found, accepted });
    if (this.count === MOST_FAULTS) this.throwIfAny();
  }

  throwIfAny(): void {
    if (this.count === 0) return;
    const more = this.count - TOLD;
    if (more > 0) {
      const many = this.count === MOST_FAULTS ? `${more} and more` : `${more} more`;
      const accepted = "mend the ones above first";
      this.told.push({ where: this.path, found: `${many} faulty lines`, accepted });
    }
    throw new ConfigurationError(this.told);
  }
}
