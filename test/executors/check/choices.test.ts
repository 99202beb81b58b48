import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Choices } from "../../../src/executors/check/choices.ts";
import { cpusOf } from "../../support/toy.ts";

/** By depth and the one chosen before: who can be chosen; then it ends. */
const trees = fc.array(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 4, maxLength: 4 }), {
  maxLength: 5,
});

function everyPath(tree: readonly (readonly number[])[], depth = 0, last = 0): string[] {
  const mask = tree[depth]?.[last];
  if (mask === undefined) return [""];
  return cpusOf(mask).flatMap((cpu) =>
    everyPath(tree, depth + 1, cpu).map((rest) => `${cpu}${rest}`),
  );
}

test("every path once, each keeping what it has in common with the last one", () => {
  fc.assert(
    fc.property(trees, fc.boolean(), (tree, highestFirst) => {
      const choices = new Choices();
      const paths: string[] = [];
      let path: number[] = [];
      for (let kept = choices.newExecution(); kept !== undefined; kept = choices.newExecution()) {
        path = path.slice(0, kept);
        for (let depth = kept; depth < tree.length; depth++) {
          const mask = tree[depth]?.[path.at(-1) ?? 0] as number;
          const isKnown = choices.left(depth) !== undefined;
          expect(isKnown).toBe(depth === kept && paths.length > 0);
          const first = (highestFirst ? cpusOf(mask).at(-1) : cpusOf(mask)[0]) as number;
          if (!isKnown) choices.open(depth, mask, first);
          path.push(isKnown ? choices.take(depth) : first);
        }
        paths.push(path.join(""));
      }
      expect(paths.toSorted()).toEqual(everyPath(tree).toSorted());
    }),
  );
});
