import { PG_WRITEBACK, VERDICT_COUNT } from "../../../../assembly/shared/codes.ts";
import { CPU_VERDICTS, PAGE_FLAGS } from "../../../../assembly/shared/layout.ts";
import type { Breach } from "../explore.ts";
import type { World } from "../world.ts";
import { Alarm } from "./alarm.ts";

/** Locals of a CPU that writes a page back. */
const STAGE = 0;
/** The page that was pinned after writeback had asked; 0: none. */
const PINNED_LATE = 1;
/** The page that is on its way. */
const PAGE = 3;
const QUESTIONS = 5;

const IDLE = 0;
const SUBMITTING = 1;
const ON_ITS_WAY = 2;

/**
 * `verdict-stable`: once writeback was told that a page is not pinned, nobody acquires a write pin
 * of it before the writeback ends.
 */
export class WritebackMonitor {
  readonly #alarm = new Alarm();

  constructor(
    private readonly world: World,
    private readonly writers: readonly number[],
  ) {}

  /** After each transition: what has happened in it. */
  afterStep(): Breach | undefined {
    for (const writer of this.writers) {
      // Whoever sets the flag from now on is somebody else.
      if (this.#stage(writer) === ON_ITS_WAY && !this.#isWritten(writer)) this.ended(writer);
    }
    return this.#alarm.heard();
  }

  /** An attempt to write the page; what an earlier one was told is of no account. */
  begin(writer: number): void {
    this.#enter(writer, SUBMITTING);
    this.world.setLocal(writer, QUESTIONS, this.#questions(writer));
  }

  /** It is on its way to the disk: writeback was told so, or did not ask. */
  submitted(writer: number, page: number): void {
    if (this.world.local(writer, PINNED_LATE) >>> 0 === page) this.#found(writer);
    this.#enter(writer, ON_ITS_WAY);
    this.world.setLocal(writer, PAGE, page);
  }

  ended(writer: number): void {
    this.#enter(writer, IDLE);
  }

  /** A write pin of the page has been acquired. */
  pinned(page: number): void {
    for (const writer of this.writers) {
      const stage = this.#stage(writer);
      if (stage === ON_ITS_WAY && this.#page(writer) === page && this.#isWritten(writer)) {
        this.#found(writer);
      }
      const asked = this.#questions(writer) > this.world.local(writer, QUESTIONS);
      if (stage === SUBMITTING && asked) this.world.setLocal(writer, PINNED_LATE, page);
    }
  }

  #stage(writer: number): number {
    return this.world.local(writer, STAGE);
  }

  #page(writer: number): number {
    return this.world.local(writer, PAGE) >>> 0;
  }

  #isWritten(writer: number): boolean {
    return (this.world.word(this.#page(writer) + PAGE_FLAGS) & PG_WRITEBACK) !== 0;
  }

  #enter(writer: number, stage: number): void {
    this.world.setLocal(writer, STAGE, stage);
    this.world.setLocal(writer, PINNED_LATE, 0);
  }

  #found(writer: number): void {
    if (!this.world.spec.stablePages) return;
    const words =
      `CPU${writer} was told that the page is not pinned, and before its writeback ended ` +
      "a pin was acquired";
    this.#alarm.raise("verdict-stable", words);
  }

  /** How often the CPU has asked whether a page is pinned. */
  #questions(writer: number): number {
    const first = (this.world.cpu(writer) + CPU_VERDICTS) >>> 3;
    let sum = 0n;
    for (let code = 0; code < VERDICT_COUNT; code++) {
      sum += this.world.machine.longs[first + code] ?? 0n;
    }
    return Number(sum);
  }
}
