// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { setLanguage } from "../src/i18n";
import { clear, typed } from "../src/search/ask";
import { found, put, takeFound } from "../src/search/choice";
import { SearchBox } from "../src/search/SearchBox";
import { manifest, selected, take } from "../src/state";
import { RELEASE } from "./release";

const place = (name: string, lon: number | null = 3) => ({
  id: name, geometry: lon === null ? null : { type: "Point", coordinates: [lon, 4] },
  properties: { name, kind: "poi", kind_title: "place", level: null, code: null, within: "Town, County" },
});
const asked: { q: string; aborted: () => boolean }[] = [];
let reply: (q: string) => Promise<Response>;
const answer = (names: string[]) => Promise.resolve(new Response(JSON.stringify({ features: names.map((n) => place(n, n === "nowhere" ? null : 3)) })));

const root = (): HTMLElement => document.getElementById("app")!;
const field = (): HTMLInputElement => root().querySelector("input")!;
const options = (): string[] => [...root().querySelectorAll("[role=option] strong")].map((o) => o.textContent ?? "");
const told = (): string => root().querySelector("[role=status]")?.textContent ?? "";
const rest = (ms = 250): Promise<void> => act(() => new Promise((done) => setTimeout(done, ms)));

async function type(text: string): Promise<void> {
  await act(() => {
    field().value = text;
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
}

async function press(key: string): Promise<KeyboardEvent> {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  await act(() => void field().dispatchEvent(event));
  return event;
}

beforeEach(async () => {
  asked.length = 0;
  reply = () => answer(["one", "two", "nowhere"]);
  vi.stubGlobal("fetch", (input: string, request?: RequestInit) => {
    const q = new URL(input).searchParams.get("q") ?? "";
    asked.push({ q, aborted: () => request?.signal?.aborted ?? false });
    return reply(q);
  });
  document.body.innerHTML = '<div id="app"></div>';
  manifest.value = { ...RELEASE, search: true };
  setLanguage("en");
  take(new URLSearchParams());
  found.value = null;
  clear();
  await act(() => render(<SearchBox />, root()));
});

afterEach(async () => {
  await act(() => render(null, root()));
});

test("the server is asked once when the keys rest, and arrows go round the list", async () => {
  for (const text of ["o", "on", "one"]) await type(text);
  await rest();
  expect(asked.map((a) => a.q)).toEqual(["one"]);
  expect(options()).toEqual(["one", "two", "nowhere"]);
  expect(told()).toContain("3 places found");
  expect(field().getAttribute("aria-activedescendant")).toBeNull();
  for (const [key, at] of [["ArrowDown", "place-0"], ["ArrowDown", "place-1"], ["ArrowUp", "place-0"], ["ArrowUp", "place-2"], ["ArrowDown", "place-0"]] as const) {
    expect((await press(key)).defaultPrevented).toBe(true);
    expect(field().getAttribute("aria-activedescendant")).toBe(at);
  }
});

test("an older question is given up and its answer dropped", async () => {
  let late = (_: Response): void => {};
  reply = (q) => (q === "o" ? new Promise((done) => (late = done)) : answer(["two"]));
  await type("o");
  await rest();
  await type("tw");
  await rest();
  expect(asked[0]?.aborted()).toBe(true);
  late(await answer(["old"]));
  await rest(20);
  expect(options()).toEqual(["two"]);
});

test("Enter takes the first place, which is marked, announced and in the address", async () => {
  await type("one");
  await rest();
  await press("Enter");
  await rest(20);
  expect(found.value).toEqual({ lon: 3, lat: 4, name: "one" });
  expect(told()).toBe("one, Town, County: shown on the map.");
  expect(field().value).toBe("one");
  expect(options()).toEqual([]);
  const address = written();
  expect(address).toContain("place=3%2C4%2Cone");
  found.value = null;
  takeFound(new URLSearchParams(address));
  expect(found.value).toEqual({ lon: 3, lat: 4, name: "one" });
});

test("a place without a position is announced and moves nothing", async () => {
  await type("nowhere");
  await rest();
  await press("ArrowUp");
  await press("Enter");
  await rest(20);
  expect([found.value, told()]).toEqual([null, "nowhere, Town, County: its position is unknown, so the map stays."]);
});

test("nothing found and failures are told in both languages", async () => {
  reply = () => answer([]);
  await type("zzz");
  await rest();
  expect(root().querySelector(".told")?.textContent).toBe("No place has a name that begins with “zzz”.");
  await act(() => setLanguage("zh"));
  reply = () => Promise.resolve(new Response('{"detail": "busy"}', { status: 503 }));
  await type("zz");
  await rest();
  expect(root().querySelector(".told")?.textContent).toContain("查找失败。");
  reply = () => answer(["one"]);
  await act(() => root().querySelector<HTMLButtonElement>(".told button")!.click());
  await rest();
  expect(options()).toEqual(["one"]);
});

test("Escape closes the list, then clears, and is then for the page", async () => {
  await type("one");
  await rest();
  put(1, 2, "x");
  expect((await press("Escape")).defaultPrevented).toBe(true);
  expect([options(), typed.value]).toEqual([[], "one"]);
  expect((await press("Escape")).defaultPrevented).toBe(true);
  expect([typed.value, found.value]).toEqual(["", null]);
  expect((await press("Escape")).defaultPrevented).toBe(false);
  expect(selected.value).toBeNull();
});

test.each(["", "1", "a,b,c", "200,0,x", "0,99,x", ",,"])("an address with the place %j has none", (text) => {
  takeFound(new URLSearchParams({ place: text }));
  expect(found.value).toBeNull();
});
