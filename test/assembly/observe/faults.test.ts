import { expect, test } from "vitest";
import { EINVAL, FOLL_PIN, WARN_GUP_FLAGS } from "../../../assembly/shared/codes.ts";
import { CPU_FAULTS, CPU_GATHER } from "../../../assembly/shared/layout.ts";
import { readFaults } from "../../../src/machine/vmstat.ts";
import { Lab } from "../../support/lab.ts";

test("a CPU keeps the details of the first 8 of a code, counts the rest, and harms nothing", () => {
  const lab = new Lab();
  for (let i = 0; i < 100; i++) {
    const flags = FOLL_PIN | (i << 24);
    expect(lab.core.getUserPages(lab.cpu(1), lab.mm(), 1024, 1, flags, lab.arena())).toBe(-EINVAL);
  }
  const { total, counts, first } = readFaults(lab.machine);
  expect([total, counts[WARN_GUP_FLAGS], first.length]).toEqual([100, 100, 8]);
  first.forEach(({ cpu, code, value }, i) => {
    expect([cpu, code, value]).toEqual([1, WARN_GUP_FLAGS, FOLL_PIN | (i << 24)]);
  });
  expect(lab.word(lab.cpu(1) + CPU_GATHER)).toBe(0);
  expect(lab.word(lab.cpu(0) + CPU_FAULTS)).toBe(0);
});
