// Every src/*.ts is an entry of its own; pages load one with {{ vite("name") }}.
import { globSync } from "node:fs";
import { basename } from "node:path";
import { defineConfig } from "vite";
import { compressed, fonts, icons, logo } from "./build-assets.ts";

const entries = Object.fromEntries(globSync("src/*.ts").map((file) => [basename(file, ".ts"), file]));

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [icons(), logo(), fonts(), compressed()],
  build: {
    outDir: "../src/quyu/shell/static/build",
    emptyOutDir: true,
    manifest: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
    target: "es2022",
    rolldownOptions: { input: entries, checks: { eval: false } }, // htmx holds an eval that allowEval=false never reaches
  },
});
