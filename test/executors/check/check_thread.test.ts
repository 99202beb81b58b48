import { afterAll, expect, test } from "vitest";
import { Check } from "../../../src/executors/check/check.ts";
import { CheckThread } from "../../../src/executors/check/check_thread.ts";
import { raceOf, subjectOf } from "../../support/counterexamples.ts";

const OPTIONS = { strategy: "dfs", timeMs: 60_000 } as const;
const thread = new CheckThread();
afterAll(() => thread.close());

test("one after the other, each with the result that it has without a thread", async () => {
  for (const scheme of ["bias", "refcount"] as const) {
    const subject = subjectOf(raceOf("pin-vs-mkclean"), { scheme });
    const { seconds: _, ...result } = await thread.run(subject, OPTIONS);
    const { seconds: __, ...expected } = new Check(subject, OPTIONS).run();
    expect(result).toEqual(expected);
  }
});

test("tells how far it is, and ends when it is interrupted", async () => {
  const subject = subjectOf(raceOf("two-pins-vs-writeback"), { scheme: "bias" });
  const progress: number[] = [];
  const { outcome } = await thread.run(subject, {
    ...OPTIONS,
    onProgress: ({ schedules }) => {
      if (progress.push(schedules) === 3) thread.interrupt();
    },
  });
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(outcome).toMatchObject({ kind: "stopped", reason: "interrupted" });
});
