// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../src/i18n";
import { level, manifest, mode, selected, service, take } from "../src/state";
import { stations } from "../src/stations";
import type { Value } from "../src/types";
import { StationCard } from "../src/ui/cards";
import { AreaReadiness } from "../src/ui/Readiness";
import { StationList } from "../src/ui/StationList";
import { columnOf, layerOf, RELEASE } from "./release";

const AREA: Record<string, Value> = {
  unit: "a", stations_any: 3, stations_ready_any: 1, stations_unknown_any: 1, stated_share_clinic_walk: 80, stated_share_clinic_walk_margin: 2, ready_share_clinic_walk: 55,
  ready_share_clinic_walk_margin: 2, name_only_persons_clinic_walk: 250, name_only_persons_clinic_walk_margin: 20, unknown_only_persons_clinic_walk: 0,
};
const STATION: Record<string, Value> = {
  unit: "s1", name_zh: "甲", name_en: "Alpha", tier: "village", services: "clinic", readiness: "lacking", lacks_zh: "人员1 人（标准2 人）", lacks_en: "staff 1 of 2", unknown_en: "equipment", unknown_zh: "设备",
};
const root = (): HTMLElement => document.getElementById("app")!;
const text = (): string => root().textContent!.replace(/\s/g, " ");
const asked: string[] = [];
let nth = 0;
let stop: () => void;

function fetched(input: string | URL | Request): Promise<Response> {
  const address = new URL(String(input));
  asked.push(decodeURIComponent(address.pathname + address.search));
  const properties = address.pathname.includes("/readiness/") ? AREA : STATION;
  return Promise.resolve(new Response(JSON.stringify({ features: [{ id: 1, geometry: null, properties }], links: [] })));
}

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  const withReadiness = layerOf("stations", { geometry: "point", columns: ["tier", "services", "readiness"].map((name) => columnOf(name)) });
  const layers = [...RELEASE.layers.filter((l) => l.id !== "stations"), withReadiness, layerOf("readiness")];
  manifest.value = { ...RELEASE, layers, version: `r-${nth++}` };
  setLanguage("en");
  take(new URLSearchParams());
  stop = stations.keep();
});

afterEach(() => {
  render(null, root());
  stop();
});

const show = (content: preact.ComponentChild): Promise<void> => act(async () => { render(content, root()); await new Promise((done) => setTimeout(done, 15)); });

test("an area says how many stations are ready and who is covered by name only", async () => {
  [level.value, selected.value, service.value, mode.value] = ["township", "a", "clinic", "walk"];
  await show(<AreaReadiness />);
  await vi.waitFor(() => expect(text()).toContain("Ready stations1 of 3"));
  expect(text()).toContain("State too little1");
  expect(text()).toContain("Covered by all stations80 ± 2.0%");
  expect(text()).toContain("Covered by ready stations55 ± 2.0%");
  expect(text()).toContain("Covered by name only250 ± 20");
  expect(asked.some((a) => a.includes("/readiness/items") && a.includes("geography=township") && a.includes("unit=a"))).toBe(true);
});

test("nothing is asked where the release has no readiness", async () => {
  [manifest.value, selected.value] = [{ ...RELEASE, version: `none-${nth}` }, "a"];
  asked.length = 0;
  await show(<AreaReadiness />);
  expect(text()).toBe("");
  await show(<StationList />);
  expect(text()).toContain("Alpha");
  expect(asked.filter((a) => a.includes("readiness"))).toEqual([]);
});

test("a station says what it lacks and what it does not state, in both languages", async () => {
  await show(<StationList />);
  expect(text()).toContain("not ready");
  await show(<StationCard feature={STATION} />);
  expect(text()).toContain("Standard of its tiernot readyLacksstaff 1 of 2Not statedequipment");
  setLanguage("zh");
  await show(<StationCard feature={STATION} />);
  expect(text()).toContain("是否达标未达标缺项人员1 人（标准2 人）未填设备");
});
