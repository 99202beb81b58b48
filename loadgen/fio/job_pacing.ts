import { splitmix64 } from "../../src/machine/prng.ts";
import type { Arrivals, Rate, Thinktime } from "../../src/scenario/pace.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import type { PerDirection } from "./per_direction.ts";
import type { Remarks } from "./remarks.ts";
import type { Settings } from "./settings.ts";

type Pacing = Pick<Job, "loops" | "startDelayMs" | "rampMs" | "arrivals" | "thinktime" | "submit">;

/** When a job starts, how often it is done, and when its I/Os may start. */
export function jobPacing(settings: Settings, name: string, remarks: Remarks): Pacing {
  const { loops, rampMs, submit } = settings.pacing;
  const arrivals = arrivalsOf(settings, remarks);
  const thinktime = thinktimeOf(settings, remarks);
  if (submit === "offload") checkOffload(settings, remarks);
  const startDelayMs = startDelayOf(settings, name, remarks);
  return { loops, startDelayMs, rampMs, arrivals, thinktime, submit };
}

/** What needs one submitter that knows of all of the job's I/Os. */
function checkOffload({ pacing, goals, replay }: Settings, remarks: Remarks): void {
  const needing = {
    thinktime: pacing.pauseNs > 0,
    latency_target: goals.latencyTargetNs > 0,
    read_iolog: replay.logs !== undefined,
  };
  for (const [option, isNeeding] of Object.entries(needing)) {
    if (!isNeeding) continue;
    const why = "whose submitters know only their own I/Os";
    const found = `${option} with io_submit_mode=offload, ${why}`;
    remarks.refuse(option, found, "io_submit_mode=inline");
  }
}

const isGiven = ({ read, write }: PerDirection<number>): boolean => read > 0 || write > 0;

/** The rates of the directions that the job uses; fio leaves the others out without a word. */
function arrivalsOf(settings: Settings, remarks: Remarks): Arrivals | undefined {
  const { direction, pacing } = settings;
  const { bytesASecond, iosASecond, process } = pacing;
  const both = isGiven(bytesASecond) && isGiven(iosASecond);
  if (both) {
    const accepted = "one of the two (rate_iops=0 or rate=0 takes the other back), as in fio";
    remarks.refuse("rate_iops", "rate and rate_iops together", accepted);
  }
  const rates = isGiven(bytesASecond) ? bytesASecond : iosASecond;
  const per = isGiven(bytesASecond) ? "bytes" : "ios";
  const of = (used: boolean, aSecond: number): Rate | undefined =>
    used && aSecond > 0 ? { per, aSecond } : undefined;
  const read = of(direction.reads, rates.read);
  const write = of(direction.writes, rates.write);
  if (read || write) return { process, read, write };
  if (isGiven(rates)) remarks.note("its rate is for a direction that it does not use");
  else if (process === "poisson") remarks.note("rate_process without a rate has no effect");
  return undefined;
}

function thinktimeOf({ pacing }: Settings, remarks: Remarks): Thinktime | undefined {
  const { pauseNs, spinNs, blocks, countedAt, ignoresThinktime } = pacing;
  if (pauseNs > 0) {
    const pause = { pauseNs, spinNs: Math.min(spinNs, pauseNs), blocks, countedAt };
    return ignoresThinktime ? { ...pause, holdsRate: true } : pause;
  }
  if (spinNs > 0) remarks.note("thinktime_spin without a thinktime has no effect");
  return undefined;
}

const TWO_TO_64 = 2 ** 64;

/**
 * fio draws from a range anew for each clone and run. Here the clones of a job start together,
 * at a time drawn from its name, so that a file always means the same run.
 */
function startDelayOf(settings: Settings, name: string, remarks: Remarks): number {
  const { low, high } = settings.pacing.startDelayMs;
  if (low === high) return low;
  let draw = 0n;
  for (const char of name) draw = splitmix64(draw, char.codePointAt(0) ?? 0);
  const ms = Math.round(low + (Number(draw) / TWO_TO_64) * (high - low));
  remarks.noteOfEmulator(`startdelay: ${ms} ms of ${low} to ${high} ms, drawn from the job's name`);
  return ms;
}
