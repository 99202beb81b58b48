import { expect, test } from "vitest";
import { ConfigurationError, run } from "../src/index.ts";

test("a refused input rejects, it does not throw", async () => {
  await expect(run({ jobs: [{ iodepth: 0 }] })).rejects.toBeInstanceOf(ConfigurationError);
});
