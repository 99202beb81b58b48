import { machineParameters } from "../scenario/machine_words.ts";
import type { RunRecord } from "./record.ts";
import { causeOf, failureWords, INTERRUPTED } from "./record_facts.ts";
import { foundWords } from "./threshold_words.ts";
import { timesWords } from "./words.ts";
import { attributes, element } from "./xml.ts";

/** One thing that could go wrong: a failure is a verdict on the machine, an error on the run. */
interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly seconds: number;
  readonly outcome?: { readonly kind: "failure" | "error"; readonly message: string };
  /** For the reader, whatever the outcome. */
  readonly output?: string;
}

/**
 * A finished run as JUnit XML, in the dialect that Jenkins (junit-10.xsd of its xUnit plugin),
 * GitLab and the GitHub actions read: one suite, a test case for the run, each job, each checked
 * invariant and each threshold. Times in seconds, the timestamp in UTC.
 */
export function junitXml(record: RunRecord): string {
  const cases = [
    runCase(record),
    ...jobCases(record),
    ...invariantCases(record),
    ...thresholdCases(record),
  ];
  const counted = {
    tests: cases.length,
    failures: cases.filter(({ outcome }) => outcome?.kind === "failure").length,
    errors: cases.filter(({ outcome }) => outcome?.kind === "error").length,
    time: secondsText(record.durationNs),
  };
  const timestamp = new Date(record.startedAtMs).toISOString().slice(0, 19);
  const suite = element(
    "testsuite",
    { name: record.scenario.name, ...counted, skipped: 0, timestamp },
    [propertiesXml(record), ...distinct(cases).map(caseXml)],
  );
  const root = element("testsuites", { name: "pinlab", ...counted }, [suite]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function runCase({ interrupted, durationNs }: RunRecord): TestCase {
  const whole = { classname: "pinlab.run", name: "runs to its end", seconds: durationNs / 1e9 };
  if (!interrupted) return whole;
  return { ...whole, outcome: { kind: "error", message: INTERRUPTED } };
}

/** A job that broke the machine is a verdict on the machine too. */
function jobCases(record: RunRecord): TestCase[] {
  return record.jobs.map((failed): TestCase => {
    const { job, elapsedNs, error } = failed;
    const done = { classname: "pinlab.job", name: job.name, seconds: elapsedNs / 1e9 };
    if (error === 0) return done;
    const cause = causeOf(record, failed);
    const kind = cause === undefined ? "error" : "failure";
    return { ...done, outcome: { kind, message: failureWords(failed, cause) } };
  });
}

/** A breach of what was never promised is told and fails nothing. */
function invariantCases({ invariants }: RunRecord): TestCase[] {
  const { checked, promised, violated } = invariants;
  const names = new Set([...checked, ...violated.map(({ name }) => name)]);
  return [...names].map((name): TestCase => {
    const whole = { classname: "pinlab.invariant", name, seconds: 0 };
    const breaches = violated.filter((breach) => breach.name === name);
    const words = breaches.map(
      ({ count, first }) => `violated ${timesWords(count)}, first: ${first}`,
    );
    if (breaches.length === 0) {
      return { ...whole, output: promised.includes(name) ? "promised, held" : "held" };
    }
    const message = words.join("; ");
    if (breaches.some(({ expected }) => !expected)) {
      return { ...whole, outcome: { kind: "failure", message } };
    }
    return { ...whole, output: `expected of this scheme: ${message}` };
  });
}

function thresholdCases(record: RunRecord): TestCase[] {
  return record.thresholds.map((judged): TestCase => {
    const message = foundWords(record, judged);
    const whole = { classname: "pinlab.threshold", name: judged.threshold.text, seconds: 0 };
    if (judged.ok) return { ...whole, output: message };
    return { ...whole, outcome: { kind: "failure", message } };
  });
}

/** Readers tell cases apart by class and name: clones of a job get a number behind theirs. */
function distinct(cases: readonly TestCase[]): TestCase[] {
  const seen = new Map<string, number>();
  return cases.map((one) => {
    const key = `${one.classname}/${one.name}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? one : { ...one, name: `${one.name} #${times}` };
  });
}

function propertiesXml({ scenario, executor, environment }: RunRecord): string {
  const { machine, run } = scenario;
  const properties: Record<string, string | number> = {
    source: scenario.source,
    executor,
    ...Object.fromEntries(machineParameters(machine).map(({ name, value }) => [name, value])),
    seed: run.seed,
    sample: run.sample,
    pinlab: environment.pinlab,
    node: environment.node,
    v8: environment.v8,
    os: environment.os,
    cpu: environment.cpu,
    cpus: environment.cpus,
    wasm_sha256: environment.wasmSha256,
  };
  const rows = Object.entries(properties).map(([name, value]) => {
    return `<property${attributes({ name, value })}/>`;
  });
  return element("properties", {}, rows);
}

function caseXml({ classname, name, seconds, outcome, output }: TestCase): string {
  const children: string[] = [];
  if (outcome) {
    const { kind, message } = outcome;
    children.push(element(kind, { message, type: classname }, [], message));
  }
  if (output !== undefined) children.push(element("system-out", {}, [], output));
  const time = secondsText(seconds * 1e9);
  return element("testcase", { classname, name, time }, children);
}

function secondsText(ns: number): string {
  return (ns / 1e9).toFixed(3);
}
