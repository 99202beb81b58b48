/** Imported before anything else: an old Node gets one sentence instead of a syntax error. */

const NEEDED = [20, 19];

const found = process.versions.node.split(".").map(Number);
if (found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1])) {
  process.stderr.write(
    `pinlab needs Node.js ${NEEDED.join(".")} or newer; this is ${process.versions.node}` +
      ` (${process.execPath})\n`,
  );
  process.exit(98);
}
