import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** An abstract socket: one process on the computer has it, and it goes with the process. */
const NAME = "\0pinlab-kernel";
const POLL_MS = 50;

/**
 * The kernel's counters are the whole computer's, so that of two comparisons at once each would
 * count the other's pins: one waits for the other. Gives what ends the turn; undefined: the signal
 * came first.
 */
export async function takeTurn(
  signal: AbortSignal,
  onWait: () => void,
): Promise<(() => void) | undefined> {
  while (!signal.aborted) {
    const server = await tryListen();
    if (server !== undefined) return () => server.close();
    onWait();
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** undefined: another process has the name. Where there are no such sockets, no one waits. */
function tryListen(): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code === "EADDRINUSE" ? undefined : server),
    );
    server.listen(NAME, () => resolve(server));
  });
}
