/**
 * Under npm one Ctrl-C arrives twice: the terminal sends it to every process, and npm passes
 * its own on. Programs take a second interrupt for impatience, so close ones count as one.
 */

const CLOSE_NS = 300_000_000n;

const emit = process.emit;
let lastNs = -CLOSE_NS;

process.emit = function emitOnce(event, ...rest) {
  if (event === "SIGINT") {
    const now = process.hrtime.bigint();
    const isEcho = now - lastNs < CLOSE_NS;
    lastNs = now;
    if (isEcho) return true;
  }
  return emit.call(this, event, ...rest);
};
