import { expect, test } from "vitest";
import { PG_HEAD } from "../../assembly/shared/codes.ts";
import { pageFlagWords } from "../../src/results/page_ref.ts";

test("flags without a name are printed in hex, no flags as none", () => {
  expect(pageFlagWords(0)).toBe("none");
  expect(pageFlagWords(0x80000000 | PG_HEAD)).toBe("head|0x80000000");
});
