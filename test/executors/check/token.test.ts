import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RACES } from "../../../src/executors/check/races.ts";
import { decodeToken, encodeToken } from "../../../src/executors/check/token.ts";
import { completeMachine } from "../../../src/scenario/machine_spec.ts";

const [race, other] = RACES;
if (race === undefined || other === undefined) throw new Error("there are races");
const subject = { race, machine: completeMachine({ pages: 16 }) };
const turn = fc.record({ cpu: fc.nat(7), units: fc.nat(1_000_000) });

test("a token says what was put into it", () => {
  fc.assert(
    fc.property(fc.array(turn), fc.nat(65_535), (schedule, leftOut) => {
      const token = encodeToken(subject, schedule, leftOut);
      expect(decodeToken(subject, token)).toEqual({ kind: "read", schedule, leftOut });
    }),
  );
});

test("cut, mistyped, of another race or version: refused with the reason", () => {
  const token = encodeToken(subject, [{ cpu: 0, units: 300 }], 0);
  const found = (text: string, of = subject) => {
    const content = decodeToken(of, text);
    return content.kind === "refused" ? content.found : "read";
  };
  for (let length = 0; length < token.length; length++) {
    expect(found(token.slice(0, length))).toContain("cut or mistyped");
  }
  expect(found(`${token}!`)).toContain("cut or mistyped");
  expect(found(token, { ...subject, race: other })).toContain("another race or other parameters");
  const elsewhere = { race, machine: completeMachine({ pages: 16, tlb: "broadcast" }) };
  expect(found(token, elsewhere)).toContain("another race or other parameters");
});

test("any text is refused or read, and never throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(["read", "refused"]).toContain(decodeToken(subject, text).kind);
    }),
  );
});
