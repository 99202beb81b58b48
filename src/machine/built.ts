/**
 * Workers and wasm exist only as built files. Run from the sources (tests), a module's neighbours
 * are looked for in dist/; run from dist/, where they are.
 */
const fromSources = import.meta.url.endsWith(".ts");
const root = new URL(fromSources ? "../../" : "../../../", import.meta.url);

/** The built file of a path inside the project, such as `src/machine/core.js`. */
export function builtFile(path: string): URL {
  return new URL(`dist/${path}`, root);
}

/** A file of the package itself, such as `package.json`. */
export function packageFile(path: string): URL {
  return new URL(path, root);
}
