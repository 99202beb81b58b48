import { ConfigurationError } from "../src/scenario/problem.ts";

/** From a scenario's path of keys to where the user wrote it: `machine.recheck` → `--recheck`. */
export type Places = ReadonlyMap<string, string>;

/** Does `make`; what it refuses is named by the place where the user wrote it. */
export function placed<T>(places: Places, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      error.problems.map((problem) => ({ ...problem, where: placeOf(places, problem.where) })),
    );
  }
}

/** The place of the path, or of the nearest part of it that has one; else the path itself. */
function placeOf(places: Places, path: string): string {
  for (let part = path; part !== ""; part = part.slice(0, Math.max(0, part.lastIndexOf(".")))) {
    const place = places.get(part);
    if (place !== undefined) return place;
  }
  return path;
}
