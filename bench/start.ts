import { compileCore } from "../src/machine/core.ts";
import { type GupCase, gupScenario, RANDOM } from "./cases.ts";
import { median } from "./statistics.ts";
import { type StartTimes, Subject } from "./subject.ts";
import { mib, ms, type Table } from "./table.ts";
import { wallNs } from "./time.ts";

const BAR_MS = 1000;

/** From a scenario to an actor whose buffer of `pages` pages is faulted in. */
export function startTime(pages: number, times: number): Table {
  const gup: GupCase = { ...RANDOM, bufferPages: pages };
  const starts: (StartTimes & { compile: number })[] = [];
  const wholeNs: number[] = [];
  let bytes = 0;
  let regions: Readonly<Record<string, number>> = {};
  for (let i = 0; i < times; i++) {
    const begin = wallNs();
    const { module } = compileCore("native");
    const compiled = wallNs();
    const subject = new Subject(gupScenario(gup, "bias"), module);
    wholeNs.push(wallNs() - begin);
    starts.push({ ...subject.startTimes, compile: compiled - begin });
    bytes = subject.machine.memory.buffer.byteLength;
    regions = subject.machine.plan.regions;
  }
  const of = (part: keyof StartTimes | "compile") => ms(median(starts.map((start) => start[part])));
  const whole = median(wholeNs);
  const named = Object.values(regions).reduce((sum, part) => sum + part, 0);
  return {
    title: `Start of a machine of ${pages} mapped pages`,
    note: `medians of ${times} starts, ms on the wall; memory as allocated and as the layout says`,
    head: ["all", "bar", "compile", "plan", "memory", "boot", "populate", "MiB", "MiB by layout"],
    rows: [
      [
        ms(whole),
        `< ${BAR_MS}: ${whole / 1e6 < BAR_MS ? "met" : "MISSED"}`,
        of("compile"),
        of("plan"),
        of("memory"),
        of("boot"),
        of("populate"),
        mib(bytes),
        mib(named),
      ],
    ],
  };
}
