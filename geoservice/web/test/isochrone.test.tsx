// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { setLanguage } from "../src/i18n";
import { breaksFor } from "../src/isochrone/breaks";
import { place, putPlace, putStation, takePlace } from "../src/isochrone/choice";
import { asking, drag, isochrones, position } from "../src/isochrone/data";
import { IsochronePanel } from "../src/isochrone/IsochronePanel";
import { closeTool, openTool } from "../src/live/tool";
import { chosen, manifest, mode, take } from "../src/state";
import { RELEASE } from "./release";

interface Asked {
  minutes: number[];
  mode: string;
  station?: string;
  lon?: number;
}

let reply: (asked: Asked) => [unknown, number];
const sent: Asked[] = [];
const answer = ({ minutes, station, lon }: Asked): [unknown, number] => {
  const features = minutes.map((m) => ({ type: "Feature", geometry: { type: "MultiPolygon", coordinates: [] }, properties: { minutes: m, persons: m === 5 ? { value: null, margin: null, status: "under" } : { value: 100 * m, margin: 9 } } }));
  return [{ type: "FeatureCollection", features, place: station ? { id: station, name: "甲站", lon: 3, lat: 4 } : { lon, lat: 0 } }, 200];
};

function fetched(input: string | URL | Request, request?: RequestInit): Promise<Response> {
  if (!String(input).endsWith("/processes/isochrone/execution")) return Promise.resolve(new Response('{"features": [], "links": []}'));
  const { inputs } = JSON.parse(String(request?.body)) as { inputs: Asked };
  sent.push(inputs);
  const [body, status] = reply(inputs);
  return Promise.resolve(new Response(JSON.stringify(body), { status }));
}

const root = (): HTMLElement => document.getElementById("app")!;
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => (r.textContent ?? "").replace(/\s/g, " "));
const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 150)));
let stop = (): void => {};

beforeEach(async () => {
  sent.length = 0;
  reply = answer;
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, study: { ...RELEASE.study, minutes: [5, 10, 15, 30], snap_metres: 150, disclosure: { hide_below: 8 } } };
  setLanguage("en");
  take(new URLSearchParams("theme=coverage"));
  place.value = null;
  openTool("isochrone");
  stop = asking.keep();
  await act(() => render(<IsochronePanel />, root()));
});

afterEach(async () => {
  drag.on.value = false;
  stop();
  await act(() => closeTool());
  await act(() => render(null, root()));
});

test("the first breaks are shown, the one chosen among them", () => {
  expect(breaksFor([5, 10, 15, 30], 10)).toEqual([5, 10, 15]);
  expect(breaksFor([5, 10, 15, 30], 30)).toEqual([5, 10, 30]);
  expect(breaksFor([5, 10], 10)).toEqual([5, 10]);
  expect(breaksFor([5, 10, 15, 30], 7)).toEqual([5, 10, 15]);
});

test("nothing is asked before there is a place; then people are listed by minutes", async () => {
  expect([sent, texts("table")]).toEqual([[], []]);
  await act(() => putPlace(24.9412345, 60.17));
  await settled();
  expect(sent).toEqual([{ mode: "walk", group: "all", minutes: [5, 10, 15], lon: 24.94123, lat: 60.17 }]);
  expect(texts("tbody th")).toEqual(["within 5 minutes", "within 10 minutes", "within 15 minutes"]);
  expect(texts("tbody td")).toEqual(["under 8", "1 000 ± 9", "1 500 ± 9"]);
  await act(() => void (chosen.minutes.value = 30));
  expect(texts("table")).toEqual([]);
  await settled();
  expect(texts("tbody th").at(-1)).toBe("within 30 minutes");
});

test("a station is asked by its id, and stands where the answer says", async () => {
  await act(() => putStation("s 1"));
  expect(position.value).toBeNull();
  await settled();
  expect([sent[0]?.station, position.value]).toEqual(["s 1", [3, 4]]);
  expect(texts(".station-name")).toEqual(["甲站"]);
  const address = new URLSearchParams(written());
  expect(address.get("from")).toBe("station:s 1");
  putPlace(-0.5, 0);
  expect(new URLSearchParams(written()).get("from")).toBe("-0.5,0");
  takePlace(address);
  expect(place.value).toEqual({ station: "s 1" });
});

test.each(["", "station:", "1", "1,99", "181,0", "a,b", "1,2,3", ","])("an address with %j has no place", (text) => {
  takePlace(new URLSearchParams({ tool: "isochrone", from: text }));
  expect(place.value).toBeNull();
});

test("a place away from streets says so; any other failure can be tried again", async () => {
  reply = () => [{ detail: "place 0, 0: no street for the mode walk within 150 metres" }, 400];
  await act(() => putPlace(0, 0));
  await settled();
  expect(texts("[role=alert]")).toEqual(["This place is more than 150 m from a street that can be used. Put it closer to one."]);
  reply = () => [{ detail: "no" }, 500];
  await act(() => putPlace(1, 0));
  await settled();
  expect(texts("[role=alert] p")).toEqual(["The isochrones could not be computed. The server failed."]);
  expect(isochrones.value).toEqual([]);
  reply = answer;
  await act(() => root().querySelector<HTMLButtonElement>("[role=alert] button")!.click());
  await settled();
  expect(texts("tbody td")).toHaveLength(3);
});

test("while the place is dragged the numbers are those of a moment ago, but never of another mode", async () => {
  await act(() => putPlace(1, 0));
  await settled();
  drag.on.value = true;
  await act(() => putPlace(2, 0));
  expect(texts("tbody td")).toHaveLength(3);
  expect(root().querySelector("section")!.getAttribute("aria-busy")).toBe("true");
  await act(() => void (mode.value = "drive"));
  expect(texts("tbody td")).toEqual([]);
  await settled();
  expect(sent.at(-1)).toMatchObject({ mode: "drive", lon: 2 });
});
