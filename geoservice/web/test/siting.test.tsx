// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../src/i18n";
import { change, edits, history, leaveScenario, openScenario, undo } from "../src/scenario/choice";
import { keepAnswers } from "../src/scenario/data";
import { startOf } from "../src/scenario/history";
import { budget, capacity, chosenToClose, closing, fairness, limit, model, opened, own, seconds, sites, sitingParts, source, spacing, takeSiting } from "../src/scenario/siting/choice";
import { clear, picked, pointed, result, run } from "../src/scenario/siting/run";
import { SitingPanel } from "../src/scenario/siting/SitingPanel";
import { chosen, manifest, take } from "../src/state";
import { layerOf, RELEASE } from "./release";

/** What the server says one look after the other; the last one is repeated. */
let states: { status: string; progress?: number; message?: string }[] = [];
let refusal: { status: number; detail: string } | null = null;
let answer: unknown;
const calls: { method: string; path: string; inputs?: Record<string, unknown> }[] = [];

const site = (rank: number, lon: number, tied = false) => ({
  geometry: { type: "Point", coordinates: [lon, 4] },
  properties: { rank, id: `j${rank}`, name: "", status: "new", area: `Area ${rank}`, persons: 100 / rank, persons_margin: 10, rival: tied ? "j9" : "", tied, reasons: `reason ${rank}` },
});
const station = (unit: string, services = "clinic") => ({ geometry: { type: "Point", coordinates: [2, 4] }, properties: { unit, name_zh: `站${unit}`, name_en: `Station ${unit}`, tier: "village", services } });
const STATIONS = [station("s"), station("t"), station("u", "dentist")];
const FOUND = { features: [site(1, 2), site(2, 3, true)], feasible: true, summary: ["asked", "reached", "proven"], curve: [0, 1, 2].map((n) => ({ sites: n, persons: 10 * n, persons_most: 12 * n })) };

function fetched(input: string | URL | Request, request?: RequestInit): Promise<Response> {
  const { pathname, searchParams } = new URL(String(input));
  const reply = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
  if (pathname.includes("/stations/")) return reply({ features: STATIONS, links: [] });
  if (pathname.includes("station-scenario")) return reply({ areas: [], stations: [], off_street: [] });
  const method = request?.method ?? "GET";
  const inputs = request?.body ? (JSON.parse(String(request.body)) as { inputs: Record<string, unknown> }).inputs : undefined;
  calls.push({ method, path: pathname.replace(/^.*\/(?=jobs|processes)/, ""), ...(inputs ? { inputs } : {}) });
  if (method === "POST" && refusal) return reply({ detail: refusal.detail }, refusal.status);
  if (pathname.endsWith("/results")) return reply({ ...(answer as object), summary: [`asked in ${searchParams.get("lang")}`, "reached"] });
  const state = method === "POST" ? { status: "accepted" } : method === "DELETE" ? { status: "dismissed" } : states.length > 1 ? states.shift()! : states[0]!;
  return reply({ jobID: "x", progress: 0, message: state.status, ...state }, method === "POST" ? 201 : 200);
}

const root = (): HTMLElement => document.getElementById("app")!;
const texts = (selector: string): string[] => [...root().querySelectorAll(selector)].map((r) => (r.textContent ?? "").replace(/\s/g, " "));
const click = (text: string): Promise<void> => act(() => [...root().querySelectorAll("button")].find((b) => b.textContent === text)!.click());
/** Draws until a check holds; what it throws after many tries is thrown. */
async function until(check: () => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return check();
    } catch (error) {
      if (tries > 400) throw error;
      await act(() => new Promise((done) => setTimeout(done, 20)));
    }
  }
}
/** Until there is a result, or the reason why there is none. */
const settled = (): Promise<void> => until(() => expect(texts(".found, [role=alert]").length).toBe(1));

let stops: (() => void)[] = [];
let nth = 0;

beforeEach(async () => {
  [states, refusal, answer, calls.length] = [[{ status: "running", progress: 25, message: "Travel times" }, { status: "successful", progress: 100 }], null, FOUND, 0];
  vi.stubGlobal("fetch", fetched);
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers.filter((l) => l.id !== "stations"), layerOf("stations", { geometry: "point" })], version: `s-${nth++}` };
  setLanguage("en");
  take(new URLSearchParams("theme=coverage"));
  history.value = startOf();
  openScenario();
  stops = [...keepAnswers(), result.keep()];
  await act(() => render(<SitingPanel />, root()));
  await until(() => expect(root().querySelector<HTMLButtonElement>(".siting .tools button")!.disabled).toBe(false));
});

afterEach(async () => {
  await act(() => leaveScenario());
  await act(() => clear());
  own.value = null;
  takeSiting(new URLSearchParams());
  for (const stop of stops) stop();
  await act(() => render(null, root()));
});

test("a job is followed to its ranked sites, in the language of the reader", async () => {
  await act(() => change("s", { open: false }));
  await click("Choose sites");
  await until(() => expect(texts(".progress [role=status]")).toEqual(["accepted"]));
  await until(() => expect(texts(".progress [role=status]")).toEqual(["Travel times"]));
  expect(root().querySelector("progress")!.value).toBe(25);
  await settled();
  expect(calls[0]).toMatchObject({ method: "POST", path: "processes/siting/execution", inputs: { service: "clinic", mode: "walk", minutes: 10, model: "mclp", sites: 3, candidates: "streets", spacing: 500 } });
  expect(texts(".sites li button")).toEqual(["1Area 1+100 ± 10", "2Area 2+50 ± 10"]);
  expect(texts(".sites li p")).toEqual(["reason 1", "reason 2"]);
  expect(texts(".found > .quiet")[0]).toBe("asked in en");
  expect(texts(".found > .small")[0]).toContain("no different within the margin");
  expect(root().querySelector(".siting-curve svg")!.getAttribute("aria-label")).toBe("People in time by number of sites: 0: 0; 1: 10; 2: 20");
  await act(() => setLanguage("zh"));
  await until(() => expect(texts(".found > .quiet")[0]).toBe("asked in zh"));
});

test("sites that are accepted are new stations, in one step", async () => {
  await click("Choose sites");
  await settled();
  await click("Put 2 into the scenario");
  expect(edits.value.map((e) => [e.station, e.lon, e.lat, e.services])).toEqual([["new-1", 2, 4, ["clinic"]], ["new-2", 3, 4, ["clinic"]]]);
  expect([run.value, texts(".sites li")]).toEqual([null, []]);
  await act(() => undo());
  expect(edits.value).toEqual([]);
});

test("a site that is pointed at or has the keyboard is marked", async () => {
  await click("Choose sites");
  await settled();
  await act(() => root().querySelector<HTMLElement>(".sites li:nth-child(2) button")!.focus());
  expect([pointed.value, texts("li.pointed button")]).toEqual([2, ["2Area 2+50 ± 10"]]);
});

test("a job that is cancelled is dismissed on the server, and its late answer is not shown", async () => {
  states = [{ status: "running", progress: 25, message: "running" }];
  await click("Choose sites");
  await until(() => expect(texts("[role=status]")).toEqual(["running"]));
  await click("Cancel");
  expect(texts("[role=status]")).toEqual(["Cancelled."]);
  states = [{ status: "successful" }];
  await act(() => new Promise((done) => setTimeout(done, 500))); // longer than between two looks
  expect(calls.filter((c) => c.method === "DELETE").map((c) => c.path)).toEqual(["jobs/x"]);
  expect(texts("[role=status], .sites li")).toEqual(["Cancelled."]);
});

test("a busy server and a refusal are told, and can be tried again", async () => {
  refusal = { status: 503, detail: "16 jobs wait already" };
  await click("Choose sites");
  await settled();
  expect(texts("[role=alert] p")).toEqual(["The sites could not be chosen. The server is busy."]);
  refusal = { status: 400, detail: "spacing: got 1" };
  await click("Try again");
  await until(() => expect(texts(".small")).toEqual(["spacing: got 1"]));
  expect(texts("[role=alert] p, .small")).toEqual(["The sites could not be chosen. The server rejected the request.", "spacing: got 1"]);
  refusal = null;
  await click("Try again");
  await settled();
  expect(texts(".sites li").length).toBe(2);
});

test("a job that failed says why", async () => {
  states = [{ status: "failed", message: "the job took longer than 300 s" }];
  await click("Choose sites");
  await settled();
  expect(texts("[role=alert] p, .small")).toEqual(["The sites could not be chosen. The server failed.", "the job took longer than 300 s"]);
});

test("what no choice can reach is listed by area", async () => {
  answer = { features: [], feasible: false, left_out: [{ area: "North", persons: 40, persons_margin: 5 }, { area: "South", persons: null, persons_margin: null }] };
  await click("Choose sites");
  await settled();
  expect(texts(".left-out th")).toEqual(["North", "South"]);
  expect(texts(".left-out td")[0]).toBe("40 ± 5");
  expect(texts(".actions button")).toEqual(["Close"]);
});

test("the fewest sites have no number, candidates of gaps no spacing, and capacities are asked for", async () => {
  const names = (): string[] => [...root().querySelectorAll<HTMLInputElement>("input, select")].map((e) => e.name.replace("siting_", ""));
  const more = ["limit", "tier", "group", "closing", "seconds"];
  expect(names()).toEqual(["model", "sites", "minutes", "source", "spacing", "fairness", ...more]);
  await act(() => void ([model.value, source.value] = ["lscp", "gaps"]));
  expect(names()).toEqual(["model", "minutes", "source", ...more.slice(1)]);
  await act(() => void (model.value = "capacitated_mclp"));
  expect(names()).toEqual(["model", "sites", "minutes", "source", "capacity", ...more]);
  await act(() => void (limit.value = "budget"));
  expect(names()).toEqual(["model", "budget", "minutes", "source", "capacity", ...more]);
  await act(() => void ([limit.value, source.value] = ["both", "file"]));
  expect(names()).toEqual(["model", "sites", "budget", "minutes", "source", "file", "capacity", ...more]);
  expect(root().querySelector<HTMLDetailsElement>(".more")!.open).toBe(false);
});

const asked = (): Record<string, unknown> => calls.find((c) => c.method === "POST")!.inputs!;

test("a budget, its models, stations that may close and the time of the solver are sent", async () => {
  await act(() => void ([limit.value, budget.value, closing.value, seconds.value] = ["budget", 7.5, "all", 5]));
  await click("Choose sites");
  await settled();
  expect(asked()).toMatchObject({ budget: 7.5, may_close: ["s", "t"], seconds: 5, tier: "any", group: "all" });
  expect([asked()["sites"], asked()["fairness"]]).toEqual([undefined, undefined]);
});

test("models without costs have no budget, whatever was chosen before", async () => {
  await act(() => void ([limit.value, model.value] = ["budget", "lscp_b"]));
  await click("Choose sites");
  await settled();
  expect([asked()["budget"], asked()["sites"]]).toEqual([undefined, 3]);
});

test("stations that may close are ticked in a list, without those that are closed already", async () => {
  await act(() => void (closing.value = "chosen"));
  expect(texts(".closable li")).toEqual(["Station s", "Station t"]);
  await act(() => root().querySelector<HTMLInputElement>(".closable input[value=t]")!.click());
  expect(texts(".closable legend")).toEqual(["May close: 1 of 2"]);
  await act(() => change("t", { open: false }));
  expect(texts(".closable li")).toEqual(["Station s"]);
  await click("Choose sites");
  await settled();
  expect(asked()["may_close"]).toBe(undefined);
});

const pick = async (name: string, text: string): Promise<void> => {
  const input = root().querySelector<HTMLInputElement>("input[type=file]")!;
  Object.defineProperty(input, "files", { value: [new File([text], name)], configurable: true });
  await act(() => void input.dispatchEvent(new Event("change", { bubbles: true })));
};

test("own candidates of a file are sent, and their names and capacities go into the scenario", async () => {
  await act(() => void (source.value = "file"));
  const go = (): boolean => [...root().querySelectorAll<HTMLButtonElement>(".tools button")].find((b) => b.textContent === "Choose sites")!.disabled;
  expect(go()).toBe(true);
  await pick("places.csv", "id,name,lon,lat,capacity,forced\nj1,East,2,4,300,yes\nj2,,3,4,,\n");
  await until(() => expect(texts(".own [role=status]")).toEqual(["places.csv: 2 candidates, 1 of them fixed."]));
  answer = { ...FOUND, features: FOUND.features.map((f) => ({ ...f, properties: { ...f.properties, name: f.properties.id === "j1" ? "East" : "" } })) };
  await click("Choose sites");
  await settled();
  expect(asked()["candidates"]).toEqual({
    type: "FeatureCollection",
    features: [
      { type: "Feature", geometry: { type: "Point", coordinates: [2, 4] }, properties: { id: "j1", name: "East", capacity: 300, forced: true } },
      { type: "Feature", geometry: { type: "Point", coordinates: [3, 4] }, properties: { id: "j2" } },
    ],
  });
  await click("Put 2 into the scenario");
  expect(edits.value.map((e) => [e.station, e.name, e.capacity])).toEqual([["new-1", "East", 300], ["new-2", undefined, undefined]]);
});

test("a faulty file names row, column, value and what is allowed, and is not sent", async () => {
  await act(() => void (source.value = "file"));
  await pick("places.csv", "id,lon,lat,cost\na,200,4,1\nb,3,4,much\n");
  await until(() => expect(texts(".own [role=alert] li")).toEqual([
    "Row 2, column lon: got “200”; allowed: numbers from -180 to 180.",
    "Row 3, column cost: got “much”; allowed: numbers from 0 to 1 000 000 000 000, or nothing.",
  ]));
  expect([...root().querySelectorAll<HTMLButtonElement>(".tools button")].map((b) => b.disabled)).toEqual([true]);
});

const choice = (n: number, more: object) => ({ persons: 100 - n, persons_margin: 5, far_minutes: 9 - n, excess_minutes: 1, proven: true, gap: 0, most_covered: n === 0, tied: false, closed: [], features: [site(1, 2 + n)], ...more });

test("a choice between coverage and fairness is picked in the chart or in the table, and its sites are put in with its closures", async () => {
  answer = { ...FOUND, fairness: { proven: false, points: [choice(0, {}), choice(1, { tied: true, closed: [{ id: "t", name: "Station t" }] }), choice(2, { proven: false, gap: 0.041, features: [{ ...site(1, 9), properties: { ...site(1, 9).properties, status: "stays" } }] })] } };
  await act(() => void (fairness.value = true));
  await click("Choose sites");
  await settled();
  expect(asked()["fairness"]).toBe(true);
  expect(texts(".front tbody tr")).toEqual(["1100 ± 59.001.00yes", "299 ± 5 ≈8.001.00yes", "398 ± 57.001.00to 4.1 %"]);
  expect(texts(".siting-front > p")[0]).toContain("within the margin. Hollow points");
  expect(root().querySelectorAll(".path.tied, .point.open").length).toBe(2);
  const radios = (): string[] => [...root().querySelectorAll('.siting-front [role="radio"]')].map((r) => r.getAttribute("aria-checked")!);
  expect(radios()).toEqual(["true", "false", "false"]);
  await act(() => void root().querySelectorAll<SVGElement>(".point")[2]!.dispatchEvent(new MouseEvent("click", { bubbles: true })));
  expect([picked.value, texts(".found h3")[0], texts(".sites em")]).toEqual([2, "Sites of choice 3", ["stays open"]]);
  expect(texts(".actions button")).toEqual(["Close"]);
  await act(() => void root().querySelectorAll<SVGElement>(".point")[2]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true })));
  expect(radios()).toEqual(["false", "true", "false"]);
  await act(() => root().querySelectorAll<HTMLInputElement>(".front input")[0]!.click());
  expect(picked.value).toBe(0);
  await act(() => root().querySelectorAll<HTMLInputElement>(".front input")[1]!.click());
  expect(texts(".closes li span")).toEqual(["Station t"]);
  await click("Put 1 into the scenario and close 1");
  expect(edits.value.map((e) => [e.station, e.lon, e.open])).toEqual([["new-1", 3, undefined], ["t", undefined, false]]);
  await act(() => undo());
  expect(edits.value).toEqual([]);
});

test("a new station that closes leaves the scenario", async () => {
  await act(() => change("new-1", { lon: 5, lat: 5, tier: "village", services: ["clinic"] }));
  answer = { ...FOUND, closed: [{ id: "new-1", name: "new-1" }] };
  await click("Choose sites");
  await settled();
  await click("Put 2 into the scenario and close 1");
  expect(edits.value.map((e) => e.station)).toEqual(["new-2", "new-3"]);
});

test("the address has what differs from an untouched panel, and gives it back", () => {
  const text = (): string => new URLSearchParams(sitingParts().filter((p): p is [string, string] => p[1] !== null)).toString();
  expect(text()).toBe("");
  opened.value = true;
  [model.value, limit.value, sites.value, budget.value, source.value, spacing.value, capacity.value] = ["capacitated_mclp", "both", 5, 12.5, "gaps", 200, 800];
  [fairness.value, seconds.value, closing.value, chosenToClose.value] = [true, 60, "chosen", new Set(["b,1", "站 2"])];
  const all = text();
  takeSiting(new URLSearchParams());
  expect([model.value, budget.value, chosenToClose.value.size, text()]).toEqual(["mclp", 10, 0, ""]);
  takeSiting(new URLSearchParams(all));
  expect([model.value, limit.value, sites.value, budget.value, source.value, spacing.value, capacity.value]).toEqual(["capacitated_mclp", "both", 5, 12.5, "gaps", 200, 800]);
  expect([opened.value, fairness.value, seconds.value, closing.value, [...chosenToClose.value]]).toEqual([true, true, 60, "chosen", ["b,1", "站 2"]]);
  expect(text()).toBe(all);
  takeSiting(new URLSearchParams("siting_model=best&siting_sites=0&siting_budget=-1&siting_spacing=7&siting_source=file&siting_close=%25E0%25A4%25A"));
  expect([model.value, sites.value, budget.value, spacing.value, source.value]).toEqual(["mclp", 3, 10, 500, "streets"]);
  leaveScenario();
  expect(sitingParts()).toEqual([]);
  openScenario();
});

test("an answer to other choices says so", async () => {
  await click("Choose sites");
  await settled();
  expect(texts(".warn")).toEqual([]);
  await act(() => void (chosen.minutes.value = 15));
  expect(texts(".warn")[0]).toContain("have changed since");
});
