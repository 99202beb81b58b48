import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

/** One file, its script and its style inside. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: { target: "es2022", emptyOutDir: true, modulePreload: false },
});
