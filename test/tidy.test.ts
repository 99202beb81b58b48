import { describe, expect, test } from "vitest";
import { coreRules } from "./tidy/core.ts";
import { deadFiles, importsResolve } from "./tidy/dead_files.ts";
import { readProjectFiles } from "./tidy/project_files.ts";
import { repositoryRules } from "./tidy/repository.ts";
import { importDirection } from "./tidy/rooms.ts";
import { shapeRules } from "./tidy/shape.ts";
import { type Finding, SourceFile } from "./tidy/source_file.ts";
import { wordRules } from "./tidy/words.ts";

/** The house rules, each tried on trees that break it before it is asked about the project. */
const RULES = [
  importDirection,
  importsResolve,
  deadFiles,
  ...coreRules,
  ...shapeRules,
  ...wordRules,
  ...repositoryRules,
];

const project = readProjectFiles();

function toTree(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => new SourceFile(path, text));
}

function print({ path, line, message }: Finding): string {
  return `${path}:${line}: ${message}`;
}

describe.each(RULES)("$name", (rule) => {
  test("finds what breaks it", () => {
    expect(rule.bad).not.toHaveLength(0);
    for (const texts of rule.bad) {
      expect(rule.check(toTree(texts)), JSON.stringify(texts)).not.toEqual([]);
    }
  });

  test("leaves the rest alone", () => {
    expect(rule.good.flatMap((texts) => rule.check(toTree(texts)).map(print))).toEqual([]);
  });

  test("holds in the project", () => {
    expect(rule.check(project).map(print)).toEqual([]);
  });
});

test("the project's files were found", () => {
  expect(project.map(({ path }) => path)).toContain("package.json");
});
