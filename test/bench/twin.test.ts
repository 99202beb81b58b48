import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect } from "vitest";
import {
  type GupCase,
  gupScenario,
  HOT,
  HUGE,
  RANDOM,
  RUN_32,
  RUN_256,
  SCHEMES,
} from "../../bench/cases.ts";
import { Subject } from "../../bench/subject.ts";
import { TwinWorkshop } from "../../bench/twin.ts";
import { testNeeding } from "../support/needs.ts";

/** The same ways to walk on machines small enough to compare byte by byte. */
const WALKS: readonly GupCase[] = [
  { ...RUN_32, bufferPages: 1024 },
  { ...RUN_256, bufferPages: 1024 },
  { ...HOT, name: "one hot page" },
  { ...RANDOM, name: "random single pages", bufferPages: 2048 },
  { ...HUGE, bufferPages: 1024 },
  { ...HUGE, name: "half of a 2 MiB folio", pagesPerCall: 256, bufferPages: 1024 },
  { ...RUN_32, name: "folios of 16 pages by page-table entries", bufferPages: 1024, folioOrder: 4 },
];
const CALLS = 16 * 21;

let workshop: TwinWorkshop | undefined;
afterAll(() => workshop?.close());

testNeeding("gcc", "a twin that leaves the common path says why", async () => {
  workshop ??= new TwinWorkshop();
  const subject = new Subject(gupScenario(HOT, "bias"));
  subject.setSample(1);
  const twin = await workshop.twinOf(subject);
  await expect(twin.run(16)).rejects.toThrow("the actor samples latencies");
});

for (const scheme of SCHEMES) {
  for (const walk of WALKS) {
    testNeeding("gcc", `${scheme}: the twin leaves the core's memory behind, ${walk.name}`, () =>
      leavesTheSame(new Subject(gupScenario(walk, scheme)), CALLS),
    );
  }
}

async function leavesTheSame(subject: Subject, calls: number): Promise<void> {
  workshop ??= new TwinWorkshop();
  const twin = await workshop.twinOf(subject);
  const before = path.join(workshop.folder, "before");
  const byTwin = path.join(workshop.folder, "by_twin");
  const byCore = path.join(workshop.folder, "by_core");
  subject.dump(before);
  await subject.run(calls);
  await twin.run(calls);
  subject.dump(byCore);
  await twin.dump(byTwin);
  twin.end();
  const core = readFileSync(byCore);
  expect(firstDifference(core, readFileSync(byTwin))).toBe("none");
  expect(firstDifference(core, readFileSync(before))).not.toBe("none");
}

/** Where two images differ first, in words that a reader can look up in the layout. */
function firstDifference(a: Buffer, b: Buffer): string {
  if (a.equals(b)) return "none";
  let at = 0;
  while (a[at] === b[at]) at++;
  const word = at & ~3;
  return `word ${word}: ${a.readUInt32LE(word)} and ${b.readUInt32LE(word)}`;
}
