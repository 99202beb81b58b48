import { cpus, totalmem } from "node:os";
import type { Problem } from "../src/scenario/problem.ts";
import type { Surroundings } from "./fio/substitute.ts";

/** A command that wants a job file was given none. */
export const NO_FILE: Problem = {
  where: "FILE",
  found: "no file is named",
  accepted: "a job file such as examples/randread-4k.fio, or - for standard input",
};

/** What a job file's $keywords and ${VARIABLES} stand for on this computer. */
export function surroundings(env: Surroundings["env"]): Surroundings {
  return { env, cpus: cpus().length, memoryMb: Math.floor(totalmem() / 2 ** 20) };
}
