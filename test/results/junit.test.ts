import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { junitXml } from "../../src/results/junit.ts";
import { pythonWith, testNeeding } from "../support/needs.ts";
import { IDLE, JOB, jobRecord, judged, runRecord, scenario } from "./fixture.ts";

/** An element as Python's parser gives it. */
interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

const READER = `
import json, sys, xml.etree.ElementTree as tree
def plain(e):
    return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "",
            "children": [plain(child) for child in e]}
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`;

function parsed(xml: string): Element {
  const python = pythonWith("xml.etree.ElementTree") ?? "";
  return JSON.parse(execFileSync(python, ["-c", READER], { input: xml, encoding: "utf8" }));
}

const NASTY = `a<b>&"c"'d'\u0000\u001b\ud800\ttab\nline\u{1f600}`;
const SHOWN = `a<b>&"c"'d'\ufffd\ufffd\ufffd\ttab\nline\u{1f600}`;

const RECORD = runRecord({
  scenario: scenario({ name: NASTY }),
  interrupted: true,
  jobs: [
    jobRecord(),
    jobRecord(),
    jobRecord({ job: { ...JOB, name: "bad" }, read: IDLE, error: 12, errorText: NASTY }),
  ],
  invariants: {
    checked: ["no-overflow", "no-use-after-free", "fsync-durable"],
    promised: ["no-overflow", "no-use-after-free"],
    violated: [
      { name: "no-overflow", count: 3, expected: false, first: "page 4711" },
      { name: "fsync-durable", count: 2, expected: true, first: "page 1" },
    ],
  },
  thresholds: [
    judged("pin_fast.p99<5us", { value: 310 }),
    judged("violations==0", { value: 3, ok: false }),
    judged("violations==0", { value: 3, ok: false }),
  ],
});

/** What junit-10.xsd of Jenkins' xUnit plugin allows, attributes marked ! are required. */
const SCHEMA: Readonly<Record<string, { attributes: string[]; children: string[] }>> = {
  testsuites: {
    attributes: ["name", "time", "tests", "failures", "errors"],
    children: ["testsuite"],
  },
  testsuite: {
    attributes: ["name!", "tests!", "failures!", "errors!", "time", "skipped", "timestamp"],
    children: ["properties", "testcase"],
  },
  properties: { attributes: [], children: ["property"] },
  property: { attributes: ["name!", "value!"], children: [] },
  testcase: {
    attributes: ["name!", "classname", "time"],
    children: ["error", "failure", "system-out"],
  },
  error: { attributes: ["type", "message"], children: [] },
  failure: { attributes: ["type", "message"], children: [] },
  "system-out": { attributes: [], children: [] },
};

function breaksSchema({ tag, attributes, children }: Element): string[] {
  const rule = SCHEMA[tag];
  if (rule === undefined) return [`no element ${tag}`];
  const allowed = rule.attributes.map((name) => name.replace("!", ""));
  return [
    ...Object.keys(attributes).filter((name) => !allowed.includes(name)),
    ...rule.attributes.filter((name) => name.endsWith("!") && !(name.slice(0, -1) in attributes)),
    ...children.filter((child) => !rule.children.includes(child.tag)).map((child) => child.tag),
    ...children.flatMap(breaksSchema),
  ].map((what) => `${tag}: ${what}`);
}

describe("JUnit XML", () => {
  testNeeding("python3", "is read by another parser, every character as it was", () => {
    const root = parsed(junitXml(RECORD));
    const [suite] = root.children;
    expect([root.tag, suite?.tag, root.children.length]).toEqual(["testsuites", "testsuite", 1]);
    expect(suite?.attributes.name).toBe(SHOWN);
    const bad = suite?.children.find(({ attributes }) => attributes.name === "bad");
    expect(bad?.children[0]).toMatchObject({
      tag: "error",
      attributes: { message: `${SHOWN} (error 12)` },
      text: `${SHOWN} (error 12)`,
    });
  });

  testNeeding("python3", "keeps to the schema that Jenkins reads", () => {
    const root = parsed(junitXml(RECORD));
    expect(breaksSchema(root)).toEqual([]);
    const seconds = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/;
    for (const { attributes } of [root, ...root.children]) {
      expect(attributes.time).toMatch(seconds);
    }
    expect(root.children[0]?.attributes.timestamp).toBe("2026-11-23T12:16:00");
  });

  testNeeding("python3", "counts what it holds: errors of the run, failures of the machine", () => {
    const root = parsed(junitXml(RECORD));
    const [suite] = root.children;
    const cases = suite?.children.filter(({ tag }) => tag === "testcase") ?? [];
    const having = (tag: string) =>
      cases.filter(({ children }) => children.some((child) => child.tag === tag)).length;
    const counts = { tests: "10", failures: "3", errors: "2", time: "10.001" };
    expect(suite?.attributes).toMatchObject(counts);
    expect(root.attributes).toMatchObject(counts);
    expect([cases.length, having("failure"), having("error")]).toEqual([10, 3, 2]);
    const names = cases.map(({ attributes: { classname, name } }) => `${classname}/${name}`);
    expect(new Set(names).size).toBe(10);
    expect(names).toEqual([
      "pinlab.run/runs to its end",
      "pinlab.job/db",
      "pinlab.job/db #2",
      "pinlab.job/bad",
      "pinlab.invariant/no-overflow",
      "pinlab.invariant/no-use-after-free",
      "pinlab.invariant/fsync-durable",
      "pinlab.threshold/pin_fast.p99<5us",
      "pinlab.threshold/violations==0",
      "pinlab.threshold/violations==0 #2",
    ]);
    const messageOf = (name: string) =>
      cases.find(({ attributes }) => attributes.name === name)?.children[0];
    expect(messageOf("no-overflow")?.attributes.message).toBe("violated 3 times, first: page 4711");
    expect(messageOf("no-use-after-free")).toMatchObject({
      tag: "system-out",
      text: "promised, held",
    });
    expect(messageOf("fsync-durable")).toMatchObject({
      tag: "system-out",
      text: "expected of this scheme: violated 2 times, first: page 1",
    });
    expect(messageOf("violations==0")?.attributes.message).toBe("found 3");
  });

  testNeeding("python3", "says what the figures depend on", () => {
    const [suite] = parsed(junitXml(runRecord())).children;
    const [properties] = suite?.children ?? [];
    const pairs = properties?.children.map(({ attributes: { name, value } }) => [name, value]);
    expect(Object.fromEntries(pairs ?? [])).toMatchObject({
      scheme: "bias",
      bias: "1024",
      rules: "5.0",
      "on-pinned": "skip/bounce",
      "test-at": "after-mkclean",
      seed: "1",
      executor: "threads",
      node: "v20.20.0",
      wasm_sha256: "0f".repeat(32),
    });
  });

  test("a job that broke a promise is a failure of the machine, not an error of the run", () => {
    const breach = { name: "no-overflow", count: 1, expected: false, first: "page 4711" };
    const invariants = { checked: [], promised: [], violated: [{ ...breach, jobs: ["db"] }] };
    const xml = junitXml(runRecord({ jobs: [jobRecord({ error: 12 })], invariants }));
    expect(xml).toContain('tests="3" failures="2" errors="0"');
    expect(xml).toContain('message="error 12, because no-overflow was violated"');
  });

  test("of a run without faults has neither failures nor errors", () => {
    const xml = junitXml(runRecord());
    expect(xml).toMatch(/<testsuites name="pinlab" tests="6" failures="0" errors="0"/);
    expect(xml).not.toMatch(/<failure|<error/);
    expect(xml.endsWith("</testsuites>\n")).toBe(true);
  });
});
