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

test("of very many stations those of the area that is open are listed from their file, and searched there", async () => {
  const { manifest, parent, tab } = await import("../src/state");
  const { files } = await import("../src/copy");
  const { stations, search } = await import("../src/stations");
  const { StationList } = await import("../src/ui/StationList");
  const { setLanguage } = await import("../src/i18n");
  setLanguage("en");
  const version = "3-stations";
  const names = ["fid", "geography", "unit", "name_en", "name_zh", "tier", "services", "area_path"];
  const written: Record<string, unknown> = {
    "coverage/index.json": { keys: ["geography"], groups: [["fid", "geography", "unit", "area_path"]], shapes: false, parts: [["county"]], areas: ["/"] },
    "coverage/0.0.json": { rows: 2, same: { geography: "county" }, columns: { fid: [1, 2], unit: ["c", "d"], area_path: ["/c/", "/d/"] } },
    "stations/index.json": { keys: ["geography"], groups: [names], shapes: false, parts: [["station"]], areas: ["/"] },
    "stations/0.0.json": { rows: 3, same: { geography: "station", tier: "county", services: "clinic", name_zh: "站" }, columns: { fid: [1, 2, 3], unit: ["s", "t", "u"], name_en: ["North Post", "South Post", "West Post"], area_path: ["/c/", "/c/", "/d/"] } },
  };
  vi.stubGlobal("fetch", async (address: string) => new Response(JSON.stringify({ version, ...(written[new URL(address).pathname.split("/data/")[1]!] as object) })));
  files.value = { ...files.value, layers: { coverage: { data: "data/coverage/", files: {} }, stations: { data: "data/stations/", files: {} } } };
  manifest.value = { ...RELEASE, version, layers: RELEASE.layers.map((l) => (l.id === "stations" ? { ...l, features: 5000 } : l)) };
  [parent.value, tab.value] = ["c", "stations"];
  const stop = stations.keep();
  const box = document.body.appendChild(document.createElement("div"));
  render(<StationList />, box);
  const listed = (): string[] => [...box.querySelectorAll("li span")].map((name) => name.textContent!);
  await vi.waitFor(() => expect(listed()).toEqual(["North Post", "South Post"]));
  search.value = "south";
  await vi.waitFor(() => expect(listed()).toEqual(["South Post"]));
  render(null, box);
  stop();
  parent.value = null;
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
