import fs from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { scenarioJsonSchema } from "../../../loadgen/scenario_file/json_schema.ts";
import { ROOT } from "../../tidy/project_files.ts";

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [key: string]: unknown;
}

const PUBLISHED = "docs/scenario.schema.json";
const text = scenarioJsonSchema();
const schema = JSON.parse(text) as Schema;

test("the published schema is what the code generates", () => {
  const published = fs.readFileSync(path.join(ROOT, PUBLISHED), "utf8");
  expect(published === text, `npm start -- run --show-schema > ${PUBLISHED}`).toBe(true);
});

describe("another validator", () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    schema,
  );
  const folder = path.join(ROOT, "examples");
  const scenarios = fs.readdirSync(folder).filter((name) => name.endsWith(".yaml"));

  test.each(scenarios)("accepts examples/%s", (name) => {
    expect(validate(parse(fs.readFileSync(path.join(folder, name), "utf8")))).toBe(true);
  });

  test.each([
    "jobs: []",
    "nam: x\njobs: [{pattern: mapper}]",
    "scheme: bais\njobs: [{pattern: mapper}]",
    "jobs: [{pattern: mapper, iodepth: 4}]",
    "jobs: [{pattern: writeback}]",
    "jobs: [{fio: '[a]', pattern: mapper}]",
    "duration: 5\njobs: [{pattern: mapper}]",
    "device: {service: {dist: constant, value: 5us, p50: 6us}}\njobs: [{pattern: mapper}]",
  ])("refuses %j", (yaml) => {
    expect(validate(parse(yaml))).toBe(false);
  });
});

describe("every key has its description", () => {
  const described = keysOf(schema, "");

  test("in the schema", () => {
    expect(described.length).toBeGreaterThan(100);
    const bare = described.filter(({ schema: one }) => !isDescribed(one));
    expect(bare.map(({ where }) => where)).toEqual([]);
  });

  test("and its row in docs/SCENARIOS.md", () => {
    const page = fs.readFileSync(path.join(ROOT, "docs/SCENARIOS.md"), "utf8");
    const names = new Set(described.map(({ where }) => where.split(".").at(-1) ?? ""));
    expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

/** Every property of a schema and of what stands within it. */
function keysOf(value: unknown, where: string): { where: string; schema: Schema }[] {
  if (typeof value !== "object" || value === null) return [];
  const { properties = {}, ...rest } = value as Schema;
  const own = Object.entries(properties).flatMap(([name, one]) => [
    { where: `${where}.${name}`, schema: one },
    ...keysOf(one, `${where}.${name}`),
  ]);
  return [...own, ...Object.values(rest).flatMap((part) => keysOf(part, where))];
}

/** The words of fio are described where they are defined; a constant says all itself. */
function isDescribed(one: Schema): boolean {
  return one.description !== undefined || "allOf" in one || "$ref" in one || "const" in one;
}
