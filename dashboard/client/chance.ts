/** The one place of the page that draws numbers: so that viewers do not all come back at once. */

/** From 0 up to 1. */
export function drawn(): number {
  return Math.random();
}
