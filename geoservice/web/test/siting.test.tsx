// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setLanguage } from "../src/i18n";
import { change, edits, history, leaveScenario, openScenario, undo } from "../src/scenario/choice";
import { keepAnswers } from "../src/scenario/data";
import { startOf } from "../src/scenario/history";
import { model, sites, source } from "../src/scenario/siting/choice";
import { clear, pointed, result, run } from "../src/scenario/siting/run";
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
const FOUND = { features: [site(1, 2), site(2, 3, true)], feasible: true, summary: ["asked", "reached", "proven"], curve: [0, 1, 2].map((n) => ({ sites: n, persons: 10 * n, persons_most: 12 * n })) };

function fetched(input: string | URL | Request, request?: RequestInit): Promise<Response> {
  const { pathname, searchParams } = new URL(String(input));
  const reply = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
  if (pathname.includes("/stations/")) return reply({ features: [], links: [] });
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
  [model.value, sites.value, source.value] = ["mclp", 3, "streets"];
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
  expect(names()).toEqual(["model", "sites", "minutes", "source", "spacing"]);
  await act(() => void ([model.value, source.value] = ["lscp", "gaps"]));
  expect(names()).toEqual(["model", "minutes", "source"]);
  await act(() => void (model.value = "capacitated_mclp"));
  expect(names()).toEqual(["model", "sites", "minutes", "source", "capacity"]);
});

test("an answer to other choices says so", async () => {
  await click("Choose sites");
  await settled();
  expect(texts(".warn")).toEqual([]);
  await act(() => void (chosen.minutes.value = 15));
  expect(texts(".warn")[0]).toContain("have changed since");
});
