import { describe, expect, test } from "vitest";
import { DepthFirst } from "../../../src/executors/check/depth_first.ts";
import type { Race } from "../../../src/executors/check/race.ts";
import { Trial } from "../../../src/executors/check/trial.ts";
import type { World } from "../../../src/executors/check/world.ts";
import { checked, raceOf, searched, subjectOf, UPGRADE } from "../../support/counterexamples.ts";
import { call, madeRace, operation } from "../../support/made_race.ts";

/** What checking it comes to: the breach, or why it was stopped. */
function told(race: Race) {
  const { outcome } = checked(race, { scheme: "bias" });
  return outcome.kind === "violated" ? outcome.counterexample.breach : outcome;
}

/** As above, of the whole race: nothing is left out. */
function toldOfAll(race: Race) {
  const found = searched(new Trial(subjectOf(race, { scheme: "bias" })), () => new DepthFirst());
  return found.kind === "violated" ? found.breach : found;
}

/** A page with one reference. */
function newPage(world: World): number {
  return world.core.allocAnonFolio(world.cpu(0), 0, world.mm, 0);
}

describe("a deadlock", () => {
  test("says who waits where", () => {
    const crosswise = madeRace(2, (world) =>
      [
        [8, 9],
        [9, 8],
      ].map((pfns, index) => {
        const { core } = world;
        const [cpu, pages] = [world.cpu(index), pfns.map((pfn) => world.page(pfn))];
        return [
          operation(
            ...pages.map((page) => call("lock_page()", () => core.lockPage(cpu, page))),
            ...pages.map((page) => call("unlock_page()", () => core.unlockPage(cpu, page))),
          ),
        ];
      }),
    );
    expect(told(crosswise)).toEqual({
      invariant: "no-deadlock",
      words: "nobody can go on: CPU0 waits at page 9 flags, CPU1 waits at page 8 flags",
    });
  });

  test("of one CPU with itself is one", () => {
    const words = "nobody can go on: CPU1 waits at mmap_lock's queue";
    expect(told(UPGRADE)).toEqual({ invariant: "no-deadlock", words });
  });

  test("is also a lock that is still held when all have ended", () => {
    const race = madeRace(1, (world) => [
      [
        operation(
          call("mmap_write_lock()", () => world.core.mmapWriteLock(world.cpu(0), world.mm)),
        ),
      ],
    ]);
    const words = "when all had ended, mmap_lock's queue was still held";
    expect(told(race)).toEqual({ invariant: "no-deadlock", words });
  });
});

describe("an impossible state of the core", () => {
  const broken = (cpu: string, what: string) => ({
    invariant: "conserved-refcount",
    words: `${cpu} in an impossible state (${what})`,
  });

  test("a lock that nobody holds is unlocked", () => {
    const race = madeRace(1, (world) => [
      [operation(call("unlock_page()", () => world.core.unlockPage(world.cpu(0), world.page(8))))],
    ]);
    const what = "a lock that nobody holds was unlocked";
    expect(told(race)).toEqual(broken("CPU0 found the machine", what));
  });

  test("a page is freed twice", () => {
    const race = madeRace(1, (world) => {
      const [cpu, page, { core }] = [world.cpu(0), newPage(world), world];
      const put = call("put_page()", () => core.putFolio(cpu, page, 1));
      return [
        [
          operation(
            put,
            call("get_page()", () => core.getFolio(cpu, page, 1)),
            put,
          ),
        ],
      ];
    });
    expect(toldOfAll(race)).toEqual(broken("CPU0 found the machine", "a free page was freed"));
  });

  test("a page is freed that somebody has taken a reference of", () => {
    const race = madeRace(2, (world) => {
      const [page, { core }] = [newPage(world), world];
      return [
        [operation(call("put_page()", () => core.putFolio(world.cpu(0), page, 1)))],
        [operation(call("get_page()", () => core.getFolio(world.cpu(1), page, 1)))],
      ];
    });
    const trial = new Trial(subjectOf(race, { scheme: "bias" }));
    const found = Array.from({ length: 12 }, (_, units) =>
      trial.replay([
        { cpu: 0, units: units + 1 },
        { cpu: 1, units: 99 },
      ]),
    );
    const what = "a page that is still referenced was freed";
    expect(found).toContainEqual(broken("CPU0 found the machine", what));
  });

  test("is found while the machine is taken down", () => {
    const page = (world: World): number => world.page(1);
    const race = madeRace(
      1,
      (world) => {
        const [cpu, { core }] = [world.cpu(0), world];
        if (newPage(world) !== page(world)) throw new Error("another page was the first");
        return [
          [
            operation(
              call("put_page()", () => core.putFolio(cpu, page(world), 1)),
              call("get_page()", () => core.getFolio(cpu, page(world), 1)),
            ),
          ],
        ];
      },
      (world) => ({ takeDown: () => world.core.putFolio(world.cpu(0), page(world), 1) }),
    );
    const found = "when all had ended, the machine was";
    expect(toldOfAll(race)).toEqual(broken(found, "a free page was freed"));
  });
});

describe("a livelock stops the check", () => {
  test("from point to point", () => {
    const again = call("nothing", () => {}, { after: () => 0 });
    expect(told(madeRace(1, () => [[operation(again)]]))).toEqual({
      kind: "stopped",
      reason: "step-limit",
      words: "an execution came to 20000 switching points: a livelock",
    });
  });

  test("from access to access", () => {
    const race = madeRace(1, (world) => {
      const spin = () => {
        while (true) world.core.tryLockPage(world.page(8));
      };
      return [[operation(call("trylock_page() for ever", spin))]];
    });
    const words = "CPU0 goes round and round";
    expect(told(race)).toEqual({ kind: "stopped", reason: "step-limit", words });
  });
});

test("a reference that is never dropped is found at the end", () => {
  const race = madeRace(1, (world) => {
    const [vpn, { core }] = [world.mapAnon(1), world];
    const get = () => core.getUserPagesFast(world.cpu(0), world.mm, vpn, 1, 0, world.arena(0));
    return [[operation(call("get_user_pages_fast()", get))]];
  });
  const words = "page 1 has refcount 1, the ledgers say 0";
  expect(told(race)).toEqual({ invariant: "conserved-refcount", words });
});

test("a fault of the kernel's is a breach at once, where what it breaks must hold", () => {
  const race = raceOf("dio-vs-writeback");
  const machine = { scheme: "refcount" } as const;
  const { subject, outcome } = checked(race, machine);
  if (outcome.kind !== "violated") throw new Error("the crash of 2018 was not found");
  const ends: boolean[] = [];
  new Trial(subject).replay(outcome.counterexample.schedule, (isOver) => ends.push(isOver));
  expect(ends).toEqual([false]);
  expect(checked({ ...race, holds: [] }, machine).outcome.kind).toBe("passed");
});
