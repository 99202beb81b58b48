/**
 * `npm start`: sets the checkout up and becomes the command line. Without arguments it runs the
 * first example for five seconds.
 */

import { ROOT, setUpOrExit } from "./setup.mjs";
import "./steps/one_interrupt.mjs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const FIRST_RUN = ["run", "examples/randread-4k.fio", "--duration", "5s"];

await setUpOrExit();

const given = process.argv.slice(2);
// npm runs scripts in the checkout; a relative path means the place where npm was called.
const { INIT_CWD, npm_package_json } = process.env;
const byNpm = npm_package_json === path.join(ROOT, "package.json") && process.cwd() === ROOT;
if (given.length === 0) process.chdir(ROOT);
else if (byNpm && INIT_CWD) process.chdir(INIT_CWD);

// The same process, not a child: signals and the exit status need no carrying.
const program = path.join(ROOT, "dist/loadgen/main.js");
process.argv = [process.argv[0], program, ...(given.length === 0 ? FIRST_RUN : given)];
await import(pathToFileURL(program).href);
