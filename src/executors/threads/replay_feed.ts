import { ACTOR_BUFFER_BYTES, ACTOR_ERROR } from "../../../assembly/shared/actor_layout.ts";
import { EIO } from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { ReplayRing } from "../../machine/replay_ring.ts";
import { logError } from "../../scenario/iolog/log_bytes.ts";
import { LogReader } from "../../scenario/iolog/log_reader.ts";
import { ConfigurationError } from "../../scenario/problem.ts";
import type { ReplayTask } from "./protocol.ts";

/**
 * Keeps an actor's ring full from its log. What is wrong with the log now was not when it was
 * scanned; it fails the actor.
 */
export class ReplayFeed {
  /** Why the log cannot be replayed to its end. */
  fault: string | undefined;
  /** Every I/O of the log was put into the ring. */
  isAtEnd = false;
  private reader: LogReader | undefined;
  private over = false;
  private readonly ring: ReplayRing;
  private readonly words: Int32Array;

  /**
   * `cpu` is the address of the actor's CPU block. `goesOn` is asked at least once a MiB of the
   * log: much of it may be passed over between two I/Os. False: nothing more is read.
   */
  constructor(
    memory: WebAssembly.Memory,
    private readonly cpu: number,
    private readonly task: ReplayTask,
    private readonly goesOn: () => boolean,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.ring = new ReplayRing(memory, cpu);
  }

  /** Fills the ring up; false: the log cannot be read on, the errno is in ACTOR_ERROR. */
  fill(): boolean {
    if (this.over) return true;
    try {
      this.reader ??= this.open();
      this.takeFrom(this.reader);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.fault = error.message;
      this.words[(this.cpu + CPU_ACTOR + ACTOR_ERROR) >>> 2] = EIO;
      return false;
    }
  }

  close(): void {
    this.reader?.close();
    this.reader = undefined;
    this.over = true;
  }

  private open(): LogReader {
    const { path, skip } = this.task;
    const reader = new LogReader(path, {
      skip,
      onChunk: this.goesOn,
      onFault: (line, found, accepted) => {
        throw logError(`${path}:${line}`, found, accepted);
      },
    });
    if (reader.version === 3 && this.task.keepsTime) this.ring.keepTime();
    return reader;
  }

  private takeFrom(reader: LogReader): void {
    const { ring } = this;
    const { keepsTime, timeScalePercent } = this.task;
    // fio scales the stamps of version 3 alone.
    const nsOfUs = reader.version === 3 ? 1e5 / timeScalePercent : 1e3;
    const longest = (this.words[(this.cpu + CPU_ACTOR + ACTOR_BUFFER_BYTES) >>> 2] ?? 0) >>> 0;
    for (let room = ring.room; room > 0; room--) {
      if (!reader.next()) {
        this.isAtEnd = this.goesOn();
        if (this.isAtEnd) ring.end();
        this.close();
        break;
      }
      if (reader.length > longest) throw tooLong(reader, longest);
      if (keepsTime && reader.counts.waits > 0) ring.keepTime();
      ring.add(reader.isRead, reader.offset, reader.length, reader.timeUs * nsOfUs);
    }
    ring.publish(this.isAtEnd ? 1 : reader.takenBytes / reader.totalBytes);
  }
}

function tooLong({ path, line, length }: LogReader, longest: number): ConfigurationError {
  const found = `an I/O of ${length} bytes, longer than every buffer`;
  return logError(`${path}:${line}`, found, `at most ${longest} bytes, as in the scanned log`);
}
