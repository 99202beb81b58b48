/** Builds everything anew, stale or not: `npm run build`. */

import { setUpOrExit } from "./setup.mjs";

await setUpOrExit({ rebuild: true });
