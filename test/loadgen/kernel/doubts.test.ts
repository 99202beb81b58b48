import { describe, expect, test } from "vitest";
import { bufferNotes, idleNotes, strangerNotes } from "../../../loadgen/kernel/doubts.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import type { Job } from "../../../src/scenario/scenario.ts";

const counts = (acquired: number, released = acquired) => ({ acquired, released });

function notesFor(job: Partial<Job>, extents: number | undefined): readonly string[] {
  const whole = { ...DEFAULT_JOB, bufferBytes: 4096, ...job };
  const thread = { section: "job0", name: "j", job: whole, group: 0, log: "job0.log" };
  return bufferNotes([thread], extents);
}

describe("pins that are not fio's", () => {
  test("are noticed while fio does not run, before it and behind it", () => {
    expect(idleNotes([counts(0), counts(0)])).toEqual([]);
    expect(idleNotes([counts(3, 2), counts(0)]).join()).toContain("3 acquired and 2 released");
    expect(idleNotes([counts(0), counts(4)]).join()).toContain("4 acquired and 4 released");
  });

  test("are suspected where the kernel counted more, and only there", () => {
    expect(strangerNotes(counts(1000), counts(1000))).toEqual([]);
    expect(strangerNotes(counts(10_001), counts(10_000))).toEqual([]);
    expect(strangerNotes(counts(900), counts(1000))).toEqual([]);
    expect(strangerNotes(counts(1100), counts(1000)).join()).toContain("pins of every program");
  });
});

describe("a file in pieces", () => {
  test("matters where a page may lie on both sides of a border", () => {
    expect(notesFor({}, 7)).toEqual([]);
    expect(notesFor({ memAlignBytes: 512 }, 1)).toEqual([]);
    expect(notesFor({ memAlignBytes: 512 }, 7).join()).toContain("in 7 pieces");
    expect(notesFor({}, undefined).join()).toContain("filefrag");
    expect(notesFor({ pattern: "buffered_io" }, undefined)).toEqual([]);
  });
});
