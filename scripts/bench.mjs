/** `npm run bench`: sets the checkout up and becomes the benchmark program. */

import { ROOT, setUpOrExit } from "./setup.mjs";
import "./steps/one_interrupt.mjs";
import path from "node:path";
import { pathToFileURL } from "node:url";

await setUpOrExit();

const program = path.join(ROOT, "dist/bench/main.js");
process.argv[1] = program;
await import(pathToFileURL(program).href);
