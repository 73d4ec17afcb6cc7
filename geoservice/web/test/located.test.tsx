// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../src/i18n";
import { level, manifest, selected, take } from "../src/state";
import type { Value } from "../src/types";
import { AreaLocations } from "../src/ui/Located";
import { layerOf, RELEASE } from "./release";

const AREA: Record<string, Value> = { unit: "a", exactly: 3120, exactly_margin: 8, on_street: 640, on_street_margin: 8, in_village: 1205, in_village_margin: 8, wider: 3, wider_margin: 8 };
const root = (): HTMLElement => document.getElementById("app")!;
const text = (): string => root().textContent!.replace(/\s/g, " ");
const asked: string[] = [];
let nth = 0;
let rows: Record<string, Value>[] = [];

function fetched(input: string | URL | Request): Promise<Response> {
  asked.push(decodeURIComponent(String(input)));
  return Promise.resolve(new Response(JSON.stringify({ features: rows.map((properties) => ({ id: 1, geometry: null, properties })), links: [] })));
}

beforeEach(() => {
  asked.length = 0;
  rows = [AREA];
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers, layerOf("locations")], version: `l-${nth++}` };
  setLanguage("en");
  take(new URLSearchParams());
  [level.value, selected.value] = ["township", "a"];
});

afterEach(() => render(null, root()));

const show = (): Promise<void> => act(async () => { render(<AreaLocations />, root()); await new Promise((done) => setTimeout(done, 15)); });

test("a township says how many households are located how well", async () => {
  await show();
  await vi.waitFor(() => expect(text()).toContain("To a building or by coordinates3 120 ± 8"));
  expect(text()).toContain("Along a street640 ± 8");
  expect(text()).toContain("To their village only1 205 ± 8");
  expect(text()).toContain("To a township or wider only0–11");
  expect(asked.some((a) => a.includes("/locations/items") && a.includes("geography=township") && a.includes("unit=a"))).toBe(true);
  setLanguage("zh");
  await show();
  expect(text()).toContain("只知所在村（社区）");
});

test("a village has no such numbers", async () => {
  [rows, level.value] = [[], "village"];
  await show();
  await vi.waitFor(() => expect(asked.some((a) => a.includes("geography=village"))).toBe(true));
  expect(text()).toBe("");
});

test("nothing is asked where the release has none", async () => {
  manifest.value = { ...RELEASE, version: `none-${nth}` };
  asked.length = 0;
  await show();
  expect([text(), asked.filter((a) => a.includes("locations"))]).toEqual(["", []]);
});
