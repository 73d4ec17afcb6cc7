// @vitest-environment happy-dom
import { render } from "preact";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RELEASE } from "./release";

/** The page learns from its own document that it is a copy, before any of its code runs. */
beforeAll(() => {
  document.head.innerHTML = '<meta name="geoservice-static" content="static.json">';
  vi.resetModules();
});
afterAll(() => vi.resetModules());

const CONFIG = {
  geoservice: { format: 1, release: 3, version: RELEASE.version, role: "public" }, tiles: { base: { href: "tiles/base.pmtiles", bytes: 9 } },
  layers: { coverage: { data: "data/coverage/", files: { csv: "collections/coverage/items.csv", geojson: "collections/coverage/items.geojson", ics: "a.ics", "zh.ics": "b.ics" } }, table: { data: "data/table/", files: { csv: "collections/table/items.csv" } } },
  documents: { stac: "stac/catalog.json" },
};

test("files take the place of the API, and no tool opens", async () => {
  const api = await import("../src/api");
  vi.stubGlobal("fetch", async (address: string) => new Response(JSON.stringify(address.endsWith("static.json") ? CONFIG : RELEASE)));
  const release = await api.fetchRelease();
  expect(release.version).toBe(await api.fetchVersion());
  const path = (layer: string, query: Record<string, string>): string => new URL(api.itemsUrl(layer, query)).pathname;
  expect(path("coverage", { f: "csv", unit: "a" })).toBe("/collections/coverage/items.csv");
  expect(path("coverage", { geography: "township" })).toBe("/collections/coverage/items.geojson");
  expect(path("coverage", { f: "ics", lang: "zh" })).toBe("/b.ics");
  expect(path("table", {})).toBe("/collections/table/items.csv");

  const { begin } = await import("../src/address");
  begin(release);
  const { openTool, tool } = await import("../src/live/tool");
  const { openScenario, scenarioOn } = await import("../src/scenario/choice");
  openTool("zone");
  openScenario();
  expect([tool.value, scenarioOn.value]).toEqual([null, false]);
});

test("buttons of what needs a server are grey, with the reason", async () => {
  const { ToolButtons } = await import("../src/live/ToolButtons");
  const { setLanguage } = await import("../src/i18n");
  setLanguage("en");
  const box = document.body.appendChild(document.createElement("div"));
  render(<ToolButtons />, box);
  const buttons = [...box.querySelectorAll("button")];
  expect(buttons.map((b) => b.getAttribute("aria-disabled"))).toEqual(["true", "true", "true"]);
  expect(document.getElementById(buttons[0]!.getAttribute("aria-describedby")!)?.textContent).toBe("A copy without a server: these need one.");
});
