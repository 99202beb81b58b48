import { describe, expect, test } from "vitest";
import { FOLL_WRITE } from "../../assembly/shared/codes.ts";
import { checkAtRest } from "../../src/machine/at_rest.ts";
import { writeSpec } from "../../src/machine/machine.ts";
import { checkQuiescence } from "../../src/machine/quiescence.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { COUNTS, COUNTS_OF_ANON, Lab } from "../support/lab.ts";

describe("a machine whose memory is mapped and where nobody holds a pin", () => {
  test.each(COUNTS)("is at rest (%s), large folios and file pages with it", (scheme) => {
    const lab = new Lab({ scheme, pages: 1100 });
    for (const order of scheme === "mapcount" ? [0] : [0, 2, 9]) {
      const vpn = lab.map(520, { order });
      lab.pin(vpn, 20, FOLL_WRITE);
      lab.core.putUserPagesDirty(lab.cpu(), lab.arena(), 20);
    }
    expect(checkAtRest(lab.machine)).toEqual([]);
  });

  test.each(COUNTS_OF_ANON)("is not while a pin is held (%s)", (scheme) => {
    const lab = new Lab({ scheme });
    const vpn = lab.map(2);
    const pfn = lab.pfn(lab.mapped(vpn));
    lab.pin(vpn, 1, FOLL_WRITE);
    expect(checkAtRest(lab.machine).join("\n")).toContain(`page ${pfn} `);
  });

  test("is not while an ordinary reference is held", () => {
    const lab = new Lab();
    const vpn = lab.map(1);
    lab.get(vpn);
    expect(checkAtRest(lab.machine)).toHaveLength(1);
  });
});

test("the bias changed under a pin leaves counts wrong for ever, and the check sees it", () => {
  const lab = new Lab({ scheme: "bias", bias: 1024 });
  const vpn = lab.map(1);
  lab.pin(vpn, 1, FOLL_WRITE);
  expect(checkAtRest(lab.machine)).not.toEqual([]);
  writeSpec(lab.machine, completeMachine({ scheme: "bias", bias: 64 }));
  lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
  expect(checkAtRest(lab.machine).join("\n")).toMatch(/has refcount 961, its users make up 1/);
  lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
  for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
  expect(checkQuiescence(lab.machine).join("\n")).toMatch(/has refcount 960/);
});
