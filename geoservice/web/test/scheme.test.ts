// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { RELEASE } from "./release";

/** What the system says of each query, and who listens. */
const said = new Map<string, boolean>();
const listeners = new Map<string, () => void>();

class MediaQuery {
  constructor(readonly media: string) {}
  get matches(): boolean {
    return said.get(this.media) ?? false;
  }
  addEventListener(_: string, listener: () => void): void {
    listeners.set(this.media, listener);
  }
}

const DARK = "(prefers-color-scheme: dark)";
const NARROW = "(max-width: 899.98px)";

function say(media: string, matches: boolean): void {
  said.set(media, matches);
  listeners.get(media)?.();
}

beforeEach(() => {
  said.clear();
  listeners.clear();
  vi.resetModules();
  vi.stubGlobal("matchMedia", (media: string) => new MediaQuery(media));
});

test("layers have the colours of the scheme, and change with it", async () => {
  const { land, layerOf, manifest } = await import("../src/state");
  const { palette } = await import("../src/map/palette");
  manifest.value = RELEASE;
  const colours = (): readonly string[] => [land.value, ...layerOf("coverage")!.style.colours];
  const light = palette.value;
  expect(colours()).toEqual(["#f6f5f1", "#111111", "#eeeeee"]);
  say(DARK, true);
  expect(colours()).toEqual(["#15191d", "#dddd00", "#dddd01"]);
  expect(layerOf("coverage")!.style.opacity).toBe(0.7);
  expect(palette.value).not.toEqual(light);
  say(DARK, false);
  expect(colours()).toEqual(["#f6f5f1", "#111111", "#eeeeee"]);
  expect(palette.value).toEqual(light);
});

test("a page that is printed stays as it was on the screen", async () => {
  const { scheme } = await import("../src/scheme");
  const { narrow } = await import("../src/layout");
  say(DARK, true);
  said.set("print", true);
  say(DARK, false);
  say(NARROW, true);
  expect([scheme.value, narrow.value]).toEqual(["dark", false]);
  said.set("print", false);
  say(DARK, false);
  say(NARROW, false);
  expect([scheme.value, narrow.value]).toEqual(["light", false]);
});

test("the map's own layers are valid in both schemes and differ in colour alone", async () => {
  const { ground, names, streets } = await import("../src/map/basemap");
  const { validateStyleMin } = await import("@maplibre/maplibre-gl-style-spec");
  const drawn = () => [...ground(true, "#000000"), ...streets(true), ...names(true, "en")];
  const light = drawn();
  say(DARK, true);
  const dark = drawn();
  for (const layers of [light, dark])
    expect(validateStyleMin({ version: 8, sources: { base: { type: "vector", tiles: ["https://a/{z}/{x}/{y}"] } }, layers, glyphs: "https://a/{fontstack}/{range}" })).toEqual([]);
  const bare = (layers: typeof light) => layers.map(({ paint: _, ...rest }) => rest);
  expect(bare(dark)).toEqual(bare(light));
  expect(dark).not.toEqual(light);
});
