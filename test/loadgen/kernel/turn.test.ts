import { expect, test } from "vitest";
import { takeTurn } from "../../../loadgen/kernel/turn.ts";

const NEVER = new AbortController().signal;

test("one waits for the other, and is told that it does", async () => {
  const endFirst = await takeTurn(NEVER, () => {});
  let waits = 0;
  let second: (() => void) | undefined;
  const taken = takeTurn(NEVER, () => {
    waits++;
    if (waits === 2) endFirst?.();
  }).then((end) => {
    second = end;
  });
  expect(second).toBeUndefined();
  await taken;
  expect(waits).toBeGreaterThanOrEqual(2);
  second?.();
});

test("who is interrupted waits no longer", async () => {
  const controller = new AbortController();
  const end = await takeTurn(NEVER, () => {});
  expect(await takeTurn(controller.signal, () => controller.abort())).toBeUndefined();
  end?.();
  const again = await takeTurn(NEVER, () => {});
  expect(again).toBeDefined();
  again?.();
});
