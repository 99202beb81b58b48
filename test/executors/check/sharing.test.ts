import { expect, test } from "vitest";
import {
  ACCESS_AWAIT_CHANGE,
  ACCESS_AWAIT_ZERO,
  ACCESS_BLOCK,
  ACCESS_FENCE,
  ACCESS_LOAD,
  ACCESS_NOTIFY_ALL,
  ACCESS_NOTIFY_ONE,
  ACCESS_RMW,
  ACCESS_RMW_VOID,
  ACCESS_STORE,
  ACCESS_WAIT,
} from "../../../assembly/shared/codes.ts";
import { CALLS_MAX, isWrite, Sharing } from "../../../src/executors/check/sharing.ts";

const READS = { ACCESS_LOAD, ACCESS_WAIT, ACCESS_AWAIT_ZERO, ACCESS_AWAIT_CHANGE };
const WRITES = { ACCESS_STORE, ACCESS_RMW, ACCESS_RMW_VOID, ACCESS_NOTIFY_ALL, ACCESS_NOTIFY_ONE };
const NOTHING = { ACCESS_FENCE, ACCESS_BLOCK };
const TOUCHING = Object.entries({ ...READS, ...WRITES });

/** Two calls of CPU 0, then one of CPU 1 and one of CPU 2, by their bits. */
const CALLS = [2, 1, 1];
const [FIRST, SECOND, OTHER, THIRD] = [0, 1, 2, 3] as const;
const WORD = 8;

const open = (): Sharing => new Sharing(4, CALLS);

const writes = (kind: number): boolean => Object.values<number>(WRITES).includes(kind);

test.each(TOUCHING)("what is contended after %s of another CPU's call", (_, before) => {
  const sharing = open();
  sharing.touch(WORD, before, OTHER);
  for (const [name, kind] of TOUCHING) {
    const isMet = (address: number, mask: number) => sharing.isContended(address, kind, mask);
    expect([name, isMet(WORD, 1 << OTHER)]).toEqual([name, writes(before) || writes(kind)]);
    // Another word, a call that has touched nothing, nobody: not at all.
    expect(isMet(WORD + 4, 1 << OTHER)).toBe(false);
    expect(isMet(WORD, 1 << THIRD)).toBe(false);
    expect(isMet(WORD, 0)).toBe(false);
  }
});

test.each(TOUCHING)("a conflict with %s is counted once, however often it is made", (_, before) => {
  for (const [name, kind] of TOUCHING) {
    const sharing = open();
    sharing.touch(WORD, before, OTHER);
    expect(sharing.count).toBe(0);
    for (let again = 0; again < 3; again++) {
      sharing.touch(WORD, kind, FIRST);
      sharing.touch(WORD, before, OTHER);
      expect([name, sharing.count]).toEqual([name, writes(before) || writes(kind) ? 1 : 0]);
    }
  }
});

test("what changes a word or wakes who waits there writes", () => {
  expect(Object.entries(READS).filter(([, kind]) => isWrite(kind))).toEqual([]);
  expect(Object.entries(WRITES).filter(([, kind]) => !isWrite(kind))).toEqual([]);
});

test.each(Object.entries(NOTHING))("%s touches nothing", (_, kind) => {
  const sharing = open();
  sharing.touch(WORD, kind, OTHER);
  expect(sharing.isContended(WORD, ACCESS_STORE, 1 << OTHER)).toBe(false);
  sharing.touch(WORD, ACCESS_STORE, FIRST);
  expect(sharing.count).toBe(0);
});

test("calls of one CPU never conflict with each other", () => {
  const sharing = open();
  for (const call of [FIRST, SECOND]) {
    for (const [, kind] of TOUCHING) sharing.touch(WORD, kind, call);
  }
  expect(sharing.count).toBe(0);
  sharing.touch(WORD, ACCESS_LOAD, OTHER);
  expect(sharing.count).toBe(1);
});

test("a call that reads what it has written meets nobody new, and one that writes it does", () => {
  const sharing = open();
  sharing.touch(WORD, ACCESS_LOAD, FIRST);
  sharing.touch(WORD, ACCESS_LOAD, OTHER);
  expect(sharing.count).toBe(0);
  sharing.touch(WORD, ACCESS_STORE, FIRST);
  expect(sharing.count).toBe(1);
  sharing.touch(WORD, ACCESS_LOAD, THIRD);
  expect(sharing.count).toBe(2);
});

test("all bytes of a word are the word", () => {
  const sharing = open();
  sharing.touch(WORD, ACCESS_STORE, OTHER);
  for (const [offset, isMet] of [true, true, true, true, false].entries()) {
    expect(sharing.isContended(WORD + offset, ACCESS_LOAD, 1 << OTHER)).toBe(isMet);
  }
});

test("as many calls as there are bits, no more", () => {
  const full = new Sharing(4, [CALLS_MAX - 1, 1]);
  full.touch(WORD, ACCESS_STORE, CALLS_MAX - 1);
  expect(full.isContended(WORD, ACCESS_LOAD, 1 << (CALLS_MAX - 1))).toBe(true);
  full.touch(WORD, ACCESS_LOAD, 0);
  expect(full.count).toBe(1);
  expect(() => new Sharing(4, [CALLS_MAX, 1])).toThrow("32 calls, at most 31 fit");
});
