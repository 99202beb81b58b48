import { describe, expect, test } from "vitest";
import { FOLL_WRITE } from "../../assembly/shared/codes.ts";
import { POOL_TABLES, POOL_USED } from "../../assembly/shared/layout.ts";
import { checkQuiescence } from "../../src/machine/quiescence.ts";
import type { Lab } from "../support/lab.ts";
import { atEveryTwoSwitches, calls, type Program, VirtualCpus } from "../support/virtual_cpus.ts";

function pinOn(cpu: number, vpn: number): Program {
  return calls((lab) =>
    lab.core.pinUserPagesFast(lab.cpu(cpu), lab.mm(), vpn, 1, FOLL_WRITE, lab.arena(cpu)),
  );
}

/** Gives both pins back and takes the address spaces down: nothing may be left behind. */
function breachesAtTheEnd(lab: Lab): string[] {
  for (const cpu of [0, 1]) lab.core.unpinUserPages(lab.cpu(cpu), lab.arena(cpu), 1);
  for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
  return checkQuiescence(lab.machine);
}

describe("two CPUs fault on one address", () => {
  test("agree on one page, and the loser gives its own back", () => {
    let vpn = 0;
    const cpus = new VirtualCpus({ pages: 16 }, (lab) => {
      vpn = lab.map(4, { populate: false });
    });
    const { lab } = cpus;
    const schedules = atEveryTwoSwitches(cpus, [pinOn(0, vpn), pinOn(1, vpn)], ({ results }) => {
      expect(results).toEqual([1, 1]);
      expect(lab.gathered(1, lab.arena(0))).toEqual(lab.gathered(1, lab.arena(1)));
      expect(breachesAtTheEnd(lab)).toEqual([]);
    });
    expect(schedules).toBeGreaterThan(1000);
  });

  test("agree on one folio of order 2", () => {
    let vpn = 0;
    const cpus = new VirtualCpus({ pages: 16 }, (lab) => {
      vpn = lab.map(4, { order: 2, populate: false });
    });
    const { lab } = cpus;
    atEveryTwoSwitches(cpus, [pinOn(0, vpn), pinOn(1, vpn + 1)], ({ results }) => {
      expect(results).toEqual([1, 1]);
      expect(breachesAtTheEnd(lab)).toEqual([]);
    });
  });

  /**
   * CPU 1 takes the only block and is stopped while it makes the folio (positions up to about
   * 1560) or installs the leaf; CPU 0 finds no block and makes a table of small pages.
   */
  test("agree on huge page or table where only one of them still gets a huge page", () => {
    let vpn = 0;
    const cpus = new VirtualCpus({ pages: 1024, vmas: 2 }, (lab) => {
      vpn = lab.map(512, { order: 9, populate: false });
    });
    const { lab } = cpus;
    const tables = lab.word(POOL_TABLES + POOL_USED);
    const programs = [pinOn(0, vpn), pinOn(1, vpn + 1)];
    const steps = cpus.run(programs, [0]).accesses.filter(({ cpu }) => cpu === 1).length;
    const late = Array.from({ length: steps - 1500 }, (_, i) => [0, 1500 + i]);
    const between = Array.from({ length: 80 }, (_, i) => [0, 1500, 1 + i]);
    let [huge, small] = [0, 0];
    for (const turns of [...late, ...between]) {
      expect(cpus.run(programs, turns).results, `turns ${turns}`).toEqual([1, 1]);
      if (lab.word(POOL_TABLES + POOL_USED) === tables + 1) huge++;
      else small++;
      expect(breachesAtTheEnd(lab), `turns ${turns}`).toEqual([]);
    }
    expect(Math.min(huge, small)).toBeGreaterThan(0);
  });
});
