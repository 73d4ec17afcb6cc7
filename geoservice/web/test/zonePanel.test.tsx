// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../src/i18n";
import { closeTool, openTool } from "../src/live/tool";
import { change, history, leaveScenario, openScenario } from "../src/scenario/choice";
import { keepAnswers } from "../src/scenario/data";
import { startOf } from "../src/scenario/history";
import { chosen, manifest, mode, take } from "../src/state";
import { clear, drawCircle } from "../src/zone/choice";
import { asking } from "../src/zone/data";
import { ZonePanel } from "../src/zone/ZonePanel";
import { layerOf, RELEASE } from "./release";

interface Asked {
  mode: string;
  zone: { radius: number };
  edits: { station: string; open?: boolean }[];
}

const number = (value: number, margin = 1) => ({ value, margin });
const HIDDEN = { value: null, margin: null, status: "under" };
/** People are the metres of the radius; half are covered, and less a tenth with each edit. */
function answerOf({ zone: { radius }, edits }: Asked) {
  const lost = (radius / 10) * edits.length;
  const at = (minutes: number) => ({ minutes, persons: number(radius / 2 - lost), persons_before: number(radius / 2), share: number(50 - 10 * edits.length), share_before: number(50), share_change: number(-10 * edits.length), gained: number(0, 0), lost: lost ? number(lost) : number(0, 0) });
  const station = { id: "s", name: "甲站", tier: "village", capacity: 300 };
  return {
    persons: number(radius, 5), median_minutes: number(9), median_minutes_before: number(8), breaks: [5, 10, 15].map(at), off_street: [],
    stations: [station], served_by: [{ ...station, persons: HIDDEN, persons_before: number(radius) }, { ...station, id: "z", name: "乙站", persons: number(3), persons_before: number(0, 0) }],
  };
}

const asked: Asked[] = [];
let status = 200;
function fetched(input: string | URL | Request, request?: RequestInit): Promise<Response> {
  const { pathname } = new URL(String(input));
  const reply = (body: unknown, code = 200) => Promise.resolve(new Response(JSON.stringify(body), { status: code }));
  if (pathname.endsWith("station-scenario/execution")) return reply({ areas: [], stations: [], off_street: [] });
  if (!pathname.endsWith("zone-summary/execution")) {
    const properties = { unit: "s", name_zh: "甲站", name_en: "Station S", tier: "village", services: "clinic", capacity: 300 };
    return reply({ features: pathname.includes("/stations/") ? [{ id: 1, geometry: { type: "Point", coordinates: [1, 2] }, properties }] : [], links: [] });
  }
  const { inputs } = JSON.parse(String(request?.body)) as { inputs: Asked };
  asked.push(inputs);
  return status === 200 ? reply(answerOf(inputs)) : reply({ detail: "no" }, status);
}

const root = (): HTMLElement => document.getElementById("app")!;
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => (r.textContent ?? "").replace(/\s/g, " "));
const settled = (): Promise<void> => act(() => new Promise((done) => setTimeout(done, 200)));
let stops: (() => void)[] = [];

beforeEach(async () => {
  [asked.length, status] = [0, 200];
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  const layers = [...RELEASE.layers.filter((l) => l.id !== "stations"), layerOf("stations", { geometry: "point" })];
  manifest.value = { ...RELEASE, study: { ...RELEASE.study, disclosure: { hide_below: 8 } }, layers };
  setLanguage("en");
  take(new URLSearchParams("theme=coverage"));
  history.value = startOf();
  clear();
  openTool("zone");
  stops = [...keepAnswers(), asking.keep()];
  await act(() => render(<ZonePanel />, root()));
});

afterEach(async () => {
  await act(() => {
    leaveScenario();
    closeTool();
  });
  for (const stop of stops) stop();
  await act(() => render(null, root()));
});

test("a zone has people, coverage and stations; another time limit asks nothing", async () => {
  expect(asked).toEqual([]);
  await act(() => drawCircle([1, 2], 400));
  await settled();
  expect(asked).toEqual([{ service: "clinic", mode: "walk", tier: "any", group: "all", zone: { type: "Circle", center: [1, 2], radius: 400 }, edits: [] }]);
  expect(texts(".zone-numbers dd")).toEqual(["400 ± 5", "50.0 ± 1.0%", "200 ± 1", "9.0 ± 1.0 min"]);
  expect(texts(".inside li")).toEqual(["甲站 Village tier · Capacity 300"]);
  expect(texts(".loads tbody td")).toEqual(["under 8", "3 ± 1"]);
  await act(() => void (chosen.minutes.value = 15));
  expect(texts(".zone-numbers .share dt")).toEqual(["Covered within 15 min"]);
  expect(asked).toHaveLength(1);
});

test("the edits of an open scenario are sent, and shown before and after", async () => {
  await act(() => {
    openScenario();
    change("s", { open: false, name: "Old house" });
    drawCircle([1, 2], 400);
  });
  await settled();
  expect(asked.at(-1)!.edits).toEqual([{ station: "s", open: false, name: "Old house" }]);
  expect(texts(".share .before, .share .after")).toEqual(["50.0 ± 1.0%", "40.0 ± 1.0%"]);
  expect(texts(".zone-numbers .moved")).toEqual(["nobody more within 10 min; about 40 ± 1 people lose access"]);
  expect(texts(".loads tbody th")).toEqual(["Old house", "乙站"]);
  expect(texts(".loads tbody td")).toEqual(["400 ± 1", "under 8", "0", "3 ± 1"]);
  await act(() => leaveScenario());
  await settled();
  expect(asked.at(-1)!.edits).toEqual([]);
  expect(texts(".before")).toEqual([]);
});

test("numbers of another question are hidden until they are answered, also after a failure", async () => {
  await act(() => drawCircle([1, 2], 400));
  await settled();
  status = 400;
  await act(() => void (mode.value = "drive"));
  expect(texts(".zone-numbers, .loads")).toEqual([]);
  await settled();
  expect(texts("[role=alert] p")).toEqual(["The numbers of the zone could not be computed. The server rejected the request."]);
  status = 200;
  await act(() => root().querySelector<HTMLButtonElement>("[role=alert] button")!.click());
  await settled();
  expect(texts(".zone-numbers .people dd")).toEqual(["400 ± 5"]);
});
