import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  allowedHosts,
  makeTokens,
  REFUSED_CODES,
  roleOf,
} from "../../../dashboard/server/access.ts";
import { ROOT } from "../../tidy/project_files.ts";

describe("tokens", () => {
  test("are drawn, or follow from a secret", () => {
    expect(makeTokens(undefined).control).not.toBe(makeTokens(undefined).control);
    expect(makeTokens("a")).toEqual(makeTokens("a"));
    const { control, view } = makeTokens("a");
    expect(control).toMatch(/^[0-9a-f]{32}$/);
    expect(view).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set([control, view, makeTokens("b").control]).size).toBe(3);
  });

  test("say who may do what", () => {
    const tokens = makeTokens(undefined);
    expect(roleOf(tokens.control, tokens)).toBe("control");
    expect(roleOf(tokens.view, tokens)).toBe("view");
    expect(roleOf("", tokens)).toBeUndefined();
    expect(roleOf(`${tokens.view}0`, tokens)).toBeUndefined();
  });
});

test("names under which the server may be addressed", () => {
  expect([...allowedHosts(5665, undefined)]).toEqual([
    ...["localhost:5665", "127.0.0.1:5665", "[::1]:5665"],
  ]);
  expect(allowedHosts(80, "fd00::1").has("[fd00::1]")).toBe(true);
  expect(allowedHosts(5665, "0.0.0.0").has(`${os.hostname().toLowerCase()}:5665`)).toBe(true);
});

test("docs/WIRE.md lists every code, and no other", () => {
  const read = (name: string): string => fs.readFileSync(path.join(ROOT, name), "utf8");
  const text = read("docs/WIRE.md");
  const union = (file: string, type: string): string[] => {
    const [, body = ""] = new RegExp(`type ${type} =([^;]*);`).exec(read(file)) ?? [];
    return [...body.matchAll(/"([\w-]+)"/g)].map(([, code = ""]) => code);
  };
  const faults = union("src/stream/wire_fault.ts", "WireFaultCode");
  const refusals = union("src/stream/request.ts", "RefusalCode");
  expect([faults.length, refusals.length]).toEqual([9, 4]);
  const codes = [...REFUSED_CODES, ...faults, ...refusals];
  for (const code of codes) expect(text).toContain(`\`${code}\``);
  const told = [...text.matchAll(/`((?:bad|no|too|not|read|out|truncated|trailing)[\w-]*)`/g)];
  expect(told.map(([, code]) => code).filter((code) => !codes.includes(code ?? ""))).toEqual([]);
});
