import { areAlike, coalesce, type Frame, mergeFrames } from "./frame.ts";

/** Frames of the last minute stay as they are: ten a second. */
const FINE_SPAN_US = 60e6;
/** Older ones are merged to a second each, and further as the run goes on. */
const FIRST_COARSE_US = 1e6;
const MOST_COARSE = 900;

/**
 * The frames of a run in bounded memory: fine for its last minute, coarser before. Nothing is
 * thrown away, neighbours are added up; those of different phases stay apart.
 */
export class Timeline {
  private coarse: Frame[] = [];
  private fine: Frame[] = [];
  private coarseUs = FIRST_COARSE_US;

  /** The last look that was added; -1: none. */
  get seq(): number {
    return (this.fine.at(-1) ?? this.coarse.at(-1))?.seq ?? -1;
  }

  /** `frame` follows all that were added before. */
  add(frame: Frame): void {
    this.fine.push(frame);
    let old = 0;
    while ((this.fine[old]?.endUs ?? frame.endUs) < frame.endUs - FINE_SPAN_US) old += 1;
    for (const one of this.fine.splice(0, old)) this.addCoarse(one);
    if (this.coarse.length > MOST_COARSE) this.coarsen();
  }

  /** All of them, oldest first. */
  frames(): Frame[] {
    return [...this.coarse, ...this.fine];
  }

  /**
   * What came after a look, in as few frames as phases allow; undefined: it lies within a frame
   * that was merged since, or never was.
   */
  since(seq: number): Frame[] | undefined {
    if (!(seq <= this.seq)) return undefined;
    const later = this.frames().filter((frame) => frame.seq > seq);
    const first = later[0];
    if (first !== undefined && first.fromSeq !== seq + 1) return undefined;
    return coalesce(later);
  }

  private addCoarse(frame: Frame): void {
    const last = this.coarse.at(-1);
    const fits = last !== undefined && frame.endUs - last.beginUs <= this.coarseUs;
    if (last !== undefined && fits && areAlike(last, frame)) {
      this.coarse[this.coarse.length - 1] = mergeFrames(last, frame);
    } else this.coarse.push(frame);
  }

  private coarsen(): void {
    const before = this.coarse;
    this.coarse = [];
    this.coarseUs *= 2;
    for (const frame of before) this.addCoarse(frame);
  }
}
