import { defineConfig } from "vitest/config";
import { glyphs } from "./glyphs.ts";

export default defineConfig({
  base: "./",
  plugins: [glyphs("static")],
  // Icons of the map's controls stay files: the page's content security policy then needs no data: images.
  build: {
    outDir: "static", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 2000,
    // deck.gl and what else the flow map alone needs are fetched with it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "maplibre", test: /node_modules.maplibre-gl/ }, { name: "page", test: /web.src.(?!flow|hotspot|scorecard|scenario|zone|isochrone|live|static|main)|node_modules.(@?preact|i18next)/ }] } } },
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(["/manifest", "/collections", "/tiles", "/styles"].map((p) => [p, "http://127.0.0.1:8099"])) },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});
