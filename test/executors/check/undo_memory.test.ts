import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CACHE_LINE_BYTES,
  CONTROL_JOURNAL_STEP,
  CONTROL_RUNNING_CPU,
  STACK_HEADER_BYTES,
} from "../../../assembly/shared/layout.ts";
import { DepthFirst } from "../../../src/executors/check/depth_first.ts";
import type { SchedulingPoint } from "../../../src/executors/check/scheduler.ts";
import { Trial } from "../../../src/executors/check/trial.ts";
import type { UndoMemory } from "../../../src/executors/check/undo_memory.ts";
import { World } from "../../../src/executors/check/world.ts";
import { completeMachine } from "../../../src/scenario/machine_spec.ts";
import { raceOf, searched, subjectOf } from "../../support/counterexamples.ts";

/** Words that are poked: these do not count, all others do. */
const WORDS = 8;
const IGNORED: readonly number[] = [1, 2, 5];
/** Words that are compared at once. */
const CHUNK = 512;

interface Page {
  readonly memory: UndoMemory;
  /** Address of word `index`; the words lie beside each other, and are 0. */
  readonly at: (index: number) => number;
  readonly values: () => number[];
  readonly print: () => string;
}

function openPage(): Page {
  const world = new World(completeMachine({ pages: 16 }), 2);
  const { memory } = world;
  const at = (index: number): number => world.content(world.page(index));
  memory.ignore(at(1), at(6));
  memory.heed(at(3), at(5));
  const values = () => Array.from({ length: WORDS }, (_, index) => world.word(at(index)));
  return { memory, at, values, print: () => `${memory.low},${memory.high}` };
}

const countingOf = (values: readonly number[]): string =>
  values.filter((_, index) => !IGNORED.includes(index)).join();

type Command =
  | { readonly kind: "poke"; readonly index: number; readonly value: number }
  | { readonly kind: "settle" }
  | { readonly kind: "mark" }
  | { readonly kind: "undo"; readonly which: number };

const poke = fc.record({
  kind: fc.constant("poke" as const),
  index: fc.nat(WORDS - 1),
  value: fc.oneof(fc.nat(2), fc.constantFrom(-1, 2 ** 31 - 1)),
});
const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: poke },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("settle", "mark") }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("undo" as const), which: fc.nat(9) }) },
  ),
  { maxLength: 60, size: "max" },
) as fc.Arbitrary<Command[]>;

describe("memory with a way back", () => {
  const { memory, at, values, print } = openPage();
  const prints = new Map([[countingOf(values()), "0,0"]]);
  const statesOf = new Map([["0,0", countingOf(values())]]);

  /** One fingerprint a state, one state a fingerprint. */
  function look(model: readonly number[]): void {
    memory.settle();
    expect(values()).toEqual(model);
    const [state, seen] = [countingOf(model), print()];
    if (!prints.has(state)) prints.set(state, seen);
    if (!statesOf.has(seen)) statesOf.set(seen, state);
    expect([prints.get(state), statesOf.get(seen)]).toEqual([seen, state]);
  }

  test("is what an array and a stack of its copies are", () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const begin = memory.mark();
        let model = new Array<number>(WORDS).fill(0);
        const copies: { place: number; values: number[] }[] = [];
        for (const command of sequence) {
          if (command.kind === "poke") {
            memory.poke(at(command.index), command.value);
            model[command.index] = command.value;
          } else if (command.kind === "settle") look(model);
          else if (command.kind === "mark") {
            copies.push({ place: memory.mark(), values: [...model] });
          } else if (copies.length > 0) {
            const [copy] = copies.splice(command.which % copies.length);
            if (copy === undefined) continue;
            memory.undo(copy.place);
            model = copy.values;
          }
        }
        look(model);
        memory.undo(begin);
        expect([print(), ...values()]).toEqual(["0,0", ...new Array<number>(WORDS).fill(0)]);
      }),
      { numRuns: 300 },
    );
    expect(prints.size).toBeGreaterThan(300);
  });
});

test("frames go back too, and are told apart by their digest alone", () => {
  const world = new World(completeMachine({ pages: 16 }), 2);
  const { memory } = world;
  const { words } = world.machine;
  const stack = world.stack(0);
  const digests = new Map<string, string>();
  const frames = fc.array(fc.nat(2), { maxLength: 9 });
  const write = (frame: readonly number[]): void => {
    words.set(frame, stack >>> 2);
    memory.settleFrames(stack, stack + frame.length * 4);
    const digest = `${memory.digestLow},${memory.digestHigh}`;
    const key = frame.join();
    if (!digests.has(key)) digests.set(key, digest);
    expect(digests.get(key)).toBe(digest);
  };
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 12 }), (sequence) => {
      const copies = sequence.map((frame) => {
        const copy = { place: memory.mark(), words: words.slice(stack >>> 2, (stack >>> 2) + 12) };
        write(frame);
        return copy;
      });
      for (const copy of copies.reverse()) {
        memory.undo(copy.place);
        expect(words.slice(stack >>> 2, (stack >>> 2) + 12)).toEqual(copy.words);
      }
      memory.settle();
      expect([memory.low, memory.high]).toEqual([0, 0]);
    }),
  );
  expect(new Set(digests.values()).size).toBe(digests.size);
});

describe("a step's number that begins again", () => {
  const { memory, at, values, print } = openPage();
  const all = Array.from({ length: WORDS }, (_, index) => index);
  const step = (): number => memory.words[CONTROL_JOURNAL_STEP >>> 2] as number;
  const setStep = (number: number): void => {
    memory.words[CONTROL_JOURNAL_STEP >>> 2] = number;
  };

  test("is not taken for the step that had it before", () => {
    const begin = memory.mark();
    const steps = all.map((index) => {
      memory.settle();
      memory.poke(at(index), 1);
      return step();
    });
    memory.undo(begin);
    setStep(-2);
    const place = memory.mark();
    for (const [index, before] of steps.entries()) {
      while (step() < before) memory.settle();
      expect(step()).toBe(before);
      memory.poke(at(index), 2);
    }
    memory.undo(place);
    expect([print(), ...values()]).toEqual(["0,0", ...all.map(() => 0)]);
  });

  test("loses nothing on the way, nor what does not count", () => {
    for (const lastSteps of [2, 4, 6, 8]) {
      setStep(-lastSteps);
      const copies: { place: number; values: number[]; print: string }[] = [];
      for (let round = 0; round < 12; round++) {
        copies.push({ place: memory.mark(), values: values(), print: print() });
        for (const index of all) memory.poke(at(index), round * 10 + index);
      }
      expect(step()).toBeGreaterThan(0);
      for (const copy of copies.reverse()) {
        memory.undo(copy.place);
        expect([values(), print()]).toEqual([copy.values, copy.print]);
      }
      // What does not count still does not.
      for (const index of IGNORED) memory.poke(at(index), 7);
      memory.settle();
      expect(print()).toBe("0,0");
      for (const index of IGNORED) memory.poke(at(index), 0);
      memory.settle();
    }
  });
});

describe("the fingerprint of the real core", () => {
  const trial = new Trial(subjectOf(raceOf("pin-vs-munmap"), { scheme: "bias" }));
  const { words } = trial.world.machine;
  const stacks = [0, 1].map((cpu) => trial.world.stack(cpu));
  const isCounted = countedWords(trial.world);
  const start = words.slice(0, isCounted.length);
  const bytes = Buffer.from(words.buffer);
  const startBytes = Buffer.from(start.buffer);

  /** All words that count, as they differ from the start, and all frames: nothing is hashed. */
  function exactState(): string {
    let state = "";
    for (let from = 0; from < start.length; from += CHUNK) {
      const to = Math.min(from + CHUNK, start.length);
      const range = [from * 4, to * 4] as const;
      if (bytes.compare(startBytes, ...range, ...range) === 0) continue;
      for (let index = from; index < to; index++) {
        if (isCounted[index] && words[index] !== start[index]) state += `${index}:${words[index]},`;
      }
    }
    for (const stack of stacks) {
      const from = (stack + STACK_HEADER_BYTES) >>> 2;
      state += `/${words.subarray(from, (words[stack >>> 2] as number) >>> 2)}`;
    }
    return state;
  }

  test("tells all states of a race apart, and takes no state for two", () => {
    const statesOf = new Map<string, string>();
    const prints = new Map<string, string>();
    let wrong = 0;
    class Looking extends DepthFirst {
      override next(point: SchedulingPoint): number | undefined {
        const [state, print] = [exactState(), `${point.low},${point.high}`];
        if ((statesOf.get(print) ?? state) !== state) wrong++;
        if ((prints.get(state) ?? print) !== print) wrong++;
        statesOf.set(print, state);
        prints.set(state, print);
        return super.next(point);
      }
    }
    expect(searched(trial, () => new Looking()).kind).toBe("exhausted");
    expect(wrong).toBe(0);
    expect(prints.size).toBe(statesOf.size);
    expect(prints.size).toBeGreaterThan(5_000);
  });
});

/** By index: 1, what the word holds tells states apart; frames do by a digest. */
function countedWords(world: World): Uint8Array {
  const { plan, words } = world.machine;
  const marks = plan.marksAt >>> 2;
  const isCounted = new Uint8Array(marks);
  for (let index = 0; index < marks; index++) isCounted[index] = ~(words[marks + index] ?? 0) & 1;
  for (let cpu = 0; cpu < world.cpus; cpu++) {
    isCounted.fill(0, world.stack(cpu) >>> 2, world.stackEnd(cpu) >>> 2);
  }
  // Who runs, and where the journal stands.
  const line = CONTROL_RUNNING_CPU >>> 2;
  return isCounted.fill(0, line, line + CACHE_LINE_BYTES / 4);
}
