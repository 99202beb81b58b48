import { execFileSync } from "node:child_process";
import { pythonWith } from "./needs.ts";

/** A metric family as Prometheus' own parser gives it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly samples: readonly (readonly [string, Readonly<Record<string, string>>, number])[];
}

const READER = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
text = sys.stdin.buffer.read().decode()
print(json.dumps([{"name": f.name, "type": f.type, "unit": f.unit,
                   "samples": [[s.name, s.labels, s.value] for s in f.samples]}
                  for f in families(text)]))
`;

export function parsed(text: string): ReadonlyMap<string, Family> {
  const python = pythonWith("prometheus_client.openmetrics.parser") ?? "";
  const output = execFileSync(python, ["-c", READER], { input: text, encoding: "utf8" });
  return new Map((JSON.parse(output) as Family[]).map((family) => [family.name, family]));
}
