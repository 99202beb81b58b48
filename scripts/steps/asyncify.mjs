/**
 * Makes the traced core unwindable (Binaryen's asyncify), such that what it unwinds to depends on
 * what the code can still read and nothing else. Asyncify saves every local that is alive at any
 * call that may unwind; one that is dead where it does unwind would be saved with whatever it last
 * held, and a checker would take equal states for different ones. So dead locals become zero first.
 */

import fs from "node:fs";
import binaryen from "binaryen";
import { expressionsOf, forgetDeadLocals } from "./dead_locals.mjs";

/** The one import that may unwind. */
const STEP = "step";
const FLATTEN = ["flatten", "simplify-locals-nonesting"];

/** Rewrites the file. */
export function asyncifyFile(file) {
  const module = binaryen.readBinary(fs.readFileSync(file));
  module.setFeatures(binaryen.Features.Atomics | binaryen.Features.NontrappingFPToInt);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  module.runPasses(FLATTEN);
  const unwinds = unwinding(module);
  for (const { name, body } of functionsOf(module)) {
    if (body && unwinds.has(name)) forgetDeadLocals(module, name, unwinds);
  }
  // Nothing may clear the zeros away before asyncify has seen them.
  binaryen.setOptimizeLevel(0);
  binaryen.setPassArgument("asyncify-imports", `env.${STEP}`);
  module.runPasses(["asyncify"]);
  binaryen.setOptimizeLevel(3);
  module.optimize();
  if (!module.validate()) throw new Error("the asyncified core is not valid");
  fs.writeFileSync(file, module.emitBinary());
  module.dispose();
}

function functionsOf(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, index) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
  );
}

/** Names of the functions from which calls come to the import, and its own. */
function unwinding(module) {
  const functions = functionsOf(module);
  const found = new Set(functions.filter(({ base }) => base === STEP).map(({ name }) => name));
  const calls = functions
    .filter(({ body }) => body)
    .map(({ name, body }) => {
      const inside = [...expressionsOf(body)].filter(({ id }) => id === binaryen.CallId);
      return { name, targets: inside.map(({ target }) => target) };
    });
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { name, targets } of calls) {
      if (targets.some((target) => found.has(target))) found.add(name);
    }
  }
  return found;
}
