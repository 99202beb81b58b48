import type { CheckOptions } from "../../src/executors/check/check.ts";
import type { Race, RaceMachine } from "../../src/executors/check/race.ts";
import { isSound, matrixOf } from "../../src/executors/check/races/machines.ts";
import { RACES, raceNamed } from "../../src/executors/check/races.ts";
import { STRATEGY_NAMES } from "../../src/executors/check/strategies.ts";
import type { Subject } from "../../src/executors/check/trial.ts";
import { completeMachine, machineProblems } from "../../src/scenario/machine_spec.ts";
import { defined } from "../../src/scenario/make_scenario.ts";
import { acceptedWords } from "../../src/scenario/nearest_name.ts";
import type { Problem } from "../../src/scenario/problem.ts";
import { FLAG_OF, FlagReader, type MachineFlags, readMachine } from "../flags.ts";

/** What commander hands over. */
export interface CheckFlags extends MachineFlags {
  readonly list?: boolean;
  readonly matrix?: boolean;
  readonly strategy: string;
  readonly preemptions?: string;
  readonly schedules?: string;
  readonly time?: string;
  readonly exhaustive?: boolean;
  readonly replay?: string;
  readonly trace?: string;
  readonly format: string;
  readonly quiet?: boolean;
}

export interface AskedCheck {
  readonly subjects: readonly Subject[];
  readonly options: CheckOptions;
  readonly format: "normal" | "json";
}

const USUAL_TIME_MS = 30_000;
const LARGEST_BOUND = 254;
/** Frames of a race's machine: the world is as small as a race needs it. */
const PAGES = 16;

/** What the command line asks for; whatever is wrong is added to `problems`. */
export function readCheck(
  names: readonly string[],
  flags: CheckFlags,
  problems: Problem[],
): AskedCheck {
  const reader = new FlagReader(problems);
  const races = racesOf(flags.matrix && names.length === 0 ? ["all"] : names, problems);
  const own = ownTwist(races, flags.variant);
  const asked = readMachine(own === undefined ? flags : { ...flags, variant: undefined }, reader);
  const isUnbounded = flags.preemptions === undefined || flags.preemptions === "unbounded";
  const options: CheckOptions = {
    strategy: reader.oneOf("--strategy", flags.strategy, STRATEGY_NAMES) ?? "dfs",
    preemptions: isUnbounded
      ? undefined
      : reader.whole("--preemptions", flags.preemptions, 0, LARGEST_BOUND),
    schedules: reader.whole("--schedules", flags.schedules, 1, Number.MAX_SAFE_INTEGER),
    timeMs: flags.exhaustive
      ? Number.POSITIVE_INFINITY
      : (reader.duration("--time", flags.time, 1) ?? USUAL_TIME_MS),
  };
  refuseContradictions(flags, problems);
  const isAll = names.includes("all");
  const subjects = races.flatMap((race) => {
    if (isAll && !knowsVariant(race, flags.variant)) return [];
    return subjectsOf(race, flags, defined(asked), problems);
  });
  if (subjects.length === 0 && problems.length === 0) {
    const found = `no machine of ${races.map(({ name }) => name).join(", ")}`;
    problems.push({ where: "--matrix", found, accepted: "what the race is about" });
  }
  return {
    subjects,
    options,
    format: reader.oneOf("--format", flags.format, ["normal", "json"]) ?? "normal",
  };
}

function racesOf(names: readonly string[], problems: Problem[]): Race[] {
  if (names.length === 0) {
    const accepted = "a name of pinlab check --list, or all";
    problems.push({ where: "RACE", found: "no race", accepted });
  }
  const known = RACES.map(({ name }) => name);
  const named = [...new Set(names)].flatMap((name) => {
    if (name === "all") return [];
    const race = raceNamed(name);
    if (race !== undefined) return [race];
    const accepted = acceptedWords(name, known, `${known.join(", ")}, or all`);
    problems.push({ where: "RACE", found: `"${name}"`, accepted });
    return [];
  });
  return names.includes("all") ? [...RACES] : named;
}

/** Flags of which one makes the other void. */
function refuseContradictions(flags: CheckFlags, problems: Problem[]): void {
  const refuse = (where: string, found: string, accepted: string): void => {
    problems.push({ where, found, accepted });
  };
  if (flags.exhaustive && flags.time !== undefined) {
    refuse("--time", `${flags.time} with --exhaustive`, "one of the two");
  }
  if (flags.preemptions !== undefined && flags.strategy !== "dfs") {
    refuse("--preemptions", `${flags.preemptions} with ${flags.strategy}`, "--strategy dfs");
  }
  if (flags.exhaustive && flags.strategy !== "dfs" && flags.schedules === undefined) {
    refuse("--exhaustive", `with ${flags.strategy}, which never ends`, "--schedules or --time");
  }
}

/** On which machines: those that flags name, the matrix, or the race's own. */
function subjectsOf(
  race: Race,
  flags: CheckFlags,
  asked: RaceMachine,
  problems: Problem[],
): Subject[] {
  const own = ownTwist([race], flags.variant);
  if (!knowsVariant(race, flags.variant)) {
    const others = RACES.filter((one) => ownTwist([one], flags.variant)).map(({ name }) => name);
    const accepted = `it is a variant of ${others.join(", ")}`;
    problems.push({ where: "--variant", found: `${flags.variant} with ${race.name}`, accepted });
    return [];
  }
  const subject = ({ twist, ...input }: RaceMachine): Subject => {
    const machine = completeMachine({ ...input, pages: PAGES });
    return { race, machine, twist };
  };
  const isNamed = Object.keys(asked).length > 0 || own !== undefined;
  if (flags.matrix) return matrixSubjects(race, { ...asked, twist: own }, subject);
  if (!isNamed) return race.machines.map(subject);
  const named = subject({ ...asked, ...(own === undefined ? {} : { twist: own }) });
  problems.push(...machineProblems(named.machine, (key) => FLAG_OF.get(`machine.${key}`) ?? key));
  return [named];
}

/** Each machine of the matrix once, with what was asked for in the place of its own. */
function matrixSubjects(
  race: Race,
  asked: RaceMachine,
  subjectOf: (machine: RaceMachine) => Subject,
): Subject[] {
  const all = matrixOf(race).map((machine) => subjectOf({ ...machine, ...asked }));
  const sound = all.filter(
    ({ machine }) => isSound(machine) && (race.appliesTo?.(machine) ?? true),
  );
  return [...new Map(sound.map((one) => [JSON.stringify(one.machine), one])).values()];
}

/** A variant that is a race's own, and none of the machine's. */
function ownTwist(races: readonly Race[], variant: string | undefined): string | undefined {
  return races.flatMap(({ twists }) => twists ?? []).find(({ name }) => name === variant)?.name;
}

/** False: the variant is another race's own. */
function knowsVariant(race: Race, variant: string | undefined): boolean {
  return ownTwist([race], variant) !== undefined || ownTwist(RACES, variant) === undefined;
}
