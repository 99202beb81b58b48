import { z } from "zod";
import { scenarioFile } from "./schema.ts";

const DESCRIPTION =
  "A scenario for pinlab run. In an editor: # yaml-language-server: $schema=PATH of this file, " +
  "which lies in the package as docs/scenario.schema.json.";

/** The JSON Schema of scenario files, for editors; draft 7 is what they know best. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioFile, { target: "draft-7", io: "input" });
  const { $schema, ...rest } = schema;
  const whole = { $schema, title: "pinlab scenario", description: DESCRIPTION, ...rest };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
