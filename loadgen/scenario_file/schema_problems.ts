import type { z } from "zod";
import { nearestName } from "../../src/scenario/nearest_name.ts";
import type { Problems } from "../fio/problems.ts";
import { shown } from "../fio/shown.ts";
import type { YamlText } from "./yaml_text.ts";

type Issue = z.core.$ZodIssue;

/** Tells each issue where it stands in the file. */
export function addIssues(issues: readonly Issue[], yaml: YamlText, problems: Problems): void {
  for (const issue of issues.flatMap((one) => resolved(one, yaml.value))) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) unknownKey(key, issue, yaml, problems);
    } else if (issue.code === "invalid_key") {
      const found = `found ${shown(String(issue.path.at(-1)))}`;
      problems.add(yaml.placeOf(issue.path), found, issue.issues[0]?.message ?? issue.message);
    } else {
      const value = valueAt(yaml.value, issue.path);
      const empty = issue.path.length === 0 && value === null;
      const found = empty ? "an empty file" : foundWords(value);
      problems.add(yaml.placeOf(issue.path), found, issue.message);
    }
  }
}

function unknownKey(key: string, issue: Issue, yaml: YamlText, problems: Problems): void {
  const known = issue.message;
  const near = nearestName(key, known.split(", "));
  const accepted = near === undefined ? known : `did you mean ${near}? Known here: ${known}`;
  problems.add(yaml.placeOf([...issue.path, key]), "an unknown key", accepted);
}

/** The value without those keys of it that its schema refuses. */
export function withoutFlaws(value: object, issues: readonly Issue[]): object {
  const flawed = new Set<PropertyKey | undefined>(
    issues
      .flatMap((one) => resolved(one, value))
      .flatMap((one) => (one.code === "unrecognized_keys" ? one.keys : one.path.slice(0, 1))),
  );
  return Object.fromEntries(Object.entries(value).filter(([key]) => !flawed.has(key)));
}

/**
 * A union's issue says only that no branch fits. Where the value is a mapping, the branch that
 * knows most of its keys was meant, and its issues are told; if none knows one, the union's is.
 */
function resolved(issue: Issue, root: unknown): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const value = valueAt(root, issue.path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [issue];
  const branches = issue.errors
    .map((errors) => ({ errors, strangers: strangersIn(value, errors) }))
    .toSorted((a, b) => a.strangers - b.strangers);
  const [meant] = branches;
  if (meant === undefined || meant.strangers === Object.keys(value).length) return [issue];
  return meant.errors
    .map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue)
    .flatMap((one) => resolved(one, root));
}

/** How many keys of the value a branch does not know. */
function strangersIn(value: object, branch: readonly Issue[]): number {
  const keys = Object.keys(value);
  // Which keys it knows is not said as long as the key that decides is wrong.
  const undecided = branch.find((one) => one.code === "invalid_union" && one.errors.length === 0);
  if (undecided) return keys.filter((key) => key !== undecided.path.at(-1)).length;
  return branch.reduce(
    (sum, one) => sum + (one.code === "unrecognized_keys" ? one.keys.length : 0),
    0,
  );
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    root,
  );
}

function foundWords(value: unknown): string {
  if (value === undefined || value === null) return "found nothing";
  if (typeof value === "string") return `found ${shown(value)}`;
  if (Array.isArray(value)) return value.length === 0 ? "found an empty list" : "found a list";
  if (typeof value === "object") return "found a mapping";
  return `found ${String(value)}`;
}
