// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { written } from "../src/address";
import { manifest, overlays, take, theme } from "../src/state";
import { change, clearAll, edits, history, leaveScenario, move, openScenario, put, redo, remove, scenarioOn, takeScenario, undo } from "../src/scenario/choice";
import { changed, decoded, encoded, freeId, kindOf, type Edits } from "../src/scenario/edits";
import { recorded, redone, startOf, undone } from "../src/scenario/history";
import { Latest } from "../src/live/latest";
import type { Answered } from "../src/live/answered";
import { changedRows, overallOf, rowsAt, stationRows, summedOverall, type Answer, type AnsweredArea } from "../src/scenario/rows";
import { layerOf, RELEASE } from "./release";

const ALLOWED = { tiers: ["county", "village"], services: ["primary_care", "clinic"] };
const NEW = { station: "new-1", lon: 24.9, lat: 60.1, tier: "village", services: ["clinic"] };

test("an edit that changes nothing is left out", () => {
  const closed = changed([], "a", { open: false });
  expect(closed).toEqual([{ station: "a", open: false }]);
  expect(changed(closed, "a", { open: true })).toEqual([]);
  expect(changed([], "a", { name: undefined })).toEqual([]);
  const moved = changed(changed([], "a", { lon: 1, lat: 2 }), "a", { open: false });
  expect(kindOf(moved[0]!)).toBe("closed");
  expect(kindOf(changed(moved, "a", { open: true })[0]!)).toBe("moved");
  expect(changed(changed(moved, "a", { open: true }), "a", { lon: undefined, lat: undefined })).toEqual([]);
});

test("a new station has an id that nobody has", () => {
  expect(freeId([], new Set())).toBe("new-1");
  expect(freeId([NEW], new Set(["new-2"]))).toBe("new-3");
});

test("an address writes all edits, whatever their names", () => {
  const all: Edits = [{ ...NEW, services: ["primary_care", "clinic"], name: "红岭 站*1 100%", capacity: 0 }, { station: "n 5*%", open: false }, { station: "b", lon: -0.5, lat: 0, name: "β" }];
  expect(decoded(encoded(all), ALLOWED)).toEqual(all);
  expect(encoded([NEW, { station: "n1", open: false }])).toBe("new-1*24.9*60.1*village*clinic n1*******x");
  expect(decoded(new URLSearchParams(new URLSearchParams({ edits: encoded(all) }).toString()).get("edits")!, ALLOWED)).toEqual(all);
});

test.each(["", "a", "a*200*1", "a*1*99", "a*x*1", "*1*2", "a*1*2*van", "a***village*school", "a***village*clinic", "a*******", "a*****"])("an address with %j has no edits", (text) => {
  expect(decoded(text, ALLOWED)).toEqual([]);
});

test("an address names each station once and keeps what can be used of it", () => {
  expect(decoded("a*1*2 a*3*4 b*1*2****-5", ALLOWED)).toEqual([{ station: "a", lon: 1, lat: 2 }, { station: "b", lon: 1, lat: 2 }]);
});

test("undo and redo go back and forth, and a change ends what could be redone", () => {
  const [one, two, three] = [[NEW], [{ ...NEW, lon: 25 }], [{ ...NEW, lon: 26 }]];
  let history = recorded(recorded(startOf(), one), two);
  expect(recorded(history, [...two])).toBe(history);
  history = undone(history);
  expect(history.now).toBe(one);
  expect(redone(history).now).toBe(two);
  history = recorded(history, three);
  expect(redone(history).now).toBe(three);
  expect(undone(undone(undone(history))).now).toEqual([]);
});

test("a drag is one step", () => {
  const at = (lon: number): Edits => [{ ...NEW, lon }];
  let history = recorded(startOf(), at(1));
  for (const lon of [2, 3, 4]) history = recorded(history, at(lon), "drag 1");
  history = recorded(history, at(5), "drag 2");
  expect(undone(history).now).toEqual(at(4));
  expect(undone(undone(history)).now).toEqual(at(1));
  expect(recorded(undone(history), at(9), "drag 2").past).toHaveLength(3);
});

const answered = (value: number | null, margin: number | null = 1): Answered => ({ value, margin, ...(value === null ? { status: "under" as const } : {}) });
function area(unit: string, gained: Answered, lost: Answered, share: [number, number] = [50, 60], geography = "township", margin = 1): AnsweredArea {
  const change = { value: share[1] - share[0], margin };
  const persons = { persons: answered(1), persons_before: answered(1), share: answered(share[1]), share_before: answered(share[0]), share_change: change };
  return { geography, unit, name_zh: `${unit}区`, name_en: null, persons: answered(1000, 10), median_minutes: answered(9, 0.5), median_minutes_before: answered(12, 0.6), breaks: [{ minutes: 10, ...persons, gained, lost }, { minutes: 15, ...persons, gained: answered(0, 0), lost: answered(0, 0) }] };
}
const ANSWER: Answer = {
  areas: [area("all", answered(100, 30), answered(20, 40), [50, 58], "county"), area("a", answered(10), answered(0, 0)), area("b", answered(90), answered(0, 0)), area("c", answered(0, 0), answered(20)), area("d", answered(0, 0), answered(0, 0)), area("e", answered(null, null), answered(null, null))],
  stations: [
    { id: "s", name: "S", capacity: 200, persons: answered(100, 10), persons_before: answered(90), load: answered(50, 5), load_before: answered(45) },
    { id: "t", name: null, capacity: null, persons: answered(0), persons_before: answered(400), load: { value: null, margin: null }, load_before: { value: null, margin: null } },
  ],
  off_street: [],
};

test("areas that change are listed by the people gained, then by those lost", () => {
  expect(changedRows(rowsAt(ANSWER, "township", 10)).map((r) => r.unit)).toEqual(["b", "a", "c", "e"]);
  expect(changedRows(rowsAt(ANSWER, "township", 15))).toEqual([]);
  expect(rowsAt(ANSWER, "township", 99)).toEqual([]);
  expect(rowsAt(ANSWER, "county", 10)[0]).toMatchObject({ zh: "all区", en: "all区", share: { value: 58, margin: 1, status: "ok" } });
});

test("the difference of shares has the margin that the server knows", () => {
  const at = (share: [number, number], geography: string, margin: number) => rowsAt({ ...ANSWER, areas: [area("x", answered(10, 30), answered(0, 40), share, geography, margin)] }, geography, 10)[0]!;
  expect(overallOf(at([50, 58], "county", 5))).toMatchObject({ change: { value: 8, margin: 5, status: "ok" }, medians: [{ value: 12, margin: 0.6 }, { value: 9, margin: 0.5 }] });
  expect(overallOf(at([50, 51], "township", 5)).change).toEqual({ value: 1, margin: 5, status: "uncertain" });
});

test("a study without an area that holds it is summed", () => {
  const areas = [area("a", answered(30, 3), answered(0, 0), [50, 53], "township", 3), area("b", answered(30, 4), answered(10, 0), [50, 52], "township", 4)];
  const of = summedOverall(rowsAt({ ...ANSWER, areas }, "township", 10), { value: 40, margin: 2, status: "ok" }, { value: 2000, margin: 10, status: "ok" });
  expect([of.after.value, of.change, of.gained]).toEqual([42.5, { value: 2.5, margin: 2.5, status: "uncertain" }, { value: 60, margin: 5, status: "ok" }]);
});

test("stations are listed by how much their people change, with loads where there is a capacity", () => {
  const [first, second] = stationRows(ANSWER);
  expect([first!.id, first!.load.status]).toEqual(["t", "not_applicable"]);
  expect(second!.load).toEqual({ value: 50, margin: 5, status: "ok" });
  expect(stationRows(ANSWER, new Set(["s"]))[1]!.load.status).toBe("not_applicable");
  const hidden = { ...ANSWER.stations[0]!, persons: answered(null, null), load: answered(1) };
  expect(stationRows({ ...ANSWER, stations: [hidden] })[0]!.load).toEqual({ value: null, margin: null, status: "under" });
});

test("one question is asked at a time, and only the newest waits", async () => {
  const [sent, got, failed]: [number[], number[], number[]] = [[], [], []];
  let answer: ((fails: boolean) => void) | null = null;
  const latest = new Latest<number, number>(
    (n) => { sent.push(n); return new Promise((done, fail) => (answer = (fails) => (fails ? fail(new Error("no")) : done(n)))); },
    (n) => got.push(n), (n) => failed.push(n),
  );
  for (const n of [1, 2, 3]) latest.ask(n);
  expect(sent).toEqual([1]);
  answer!(false);
  await vi.waitFor(() => expect(sent).toEqual([1, 3]));
  latest.ask(4);
  latest.drop();
  answer!(true);
  await vi.waitFor(() => expect(failed).toEqual([3]));
  await vi.waitFor(() => {
    if (sent.length < 3) latest.ask(5);
    expect(sent).toEqual([1, 3, 5]);
  });
  answer!(false);
  await vi.waitFor(() => expect(got).toEqual([1, 5]));
});

beforeEach(() => {
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers, ...(RELEASE.layers.some((l) => l.id === "stations") ? [] : [layerOf("stations", { geometry: "point" })])] };
  take(new URLSearchParams("theme=cells&on="));
  leaveScenario();
  history.value = startOf();
});

test("a scenario opens with its layers, and the address holds it", () => {
  expect(written()).not.toContain("scenario");
  openScenario();
  expect([scenarioOn.value, theme.value, overlays.value.has("stations")]).toEqual([true, "coverage", true]);
  expect(put(24.94512345678, 60.1, new Set())).toBe("new-1");
  expect(edits.value[0]).toEqual({ station: "new-1", lon: 24.945123, lat: 60.1, tier: "village", services: ["clinic"] });
  const address = new URLSearchParams(written());
  expect([address.get("scenario"), address.get("edits")]).toEqual(["on", "new-1*24.945123*60.1*village*clinic"]);
  leaveScenario();
  history.value = startOf();
  takeScenario(address);
  expect([scenarioOn.value, edits.value.length, history.value.past.length]).toEqual([true, 1, 0]);
  takeScenario(new URLSearchParams());
  expect([scenarioOn.value, edits.value.length]).toEqual([false, 1]);
});

test("each step of a scenario can be undone and redone", () => {
  openScenario();
  put(1, 2, new Set());
  move("new-1", 3, 4);
  change("old", { open: false });
  remove("new-1");
  clearAll();
  expect(edits.value).toEqual([]);
  const seen = [0, 1, 2, 3, 4].map(() => {
    undo();
    return encoded(edits.value);
  });
  expect(seen).toEqual(["old*******x", "new-1*3*4*village*clinic old*******x", "new-1*3*4*village*clinic", "new-1*1*2*village*clinic", ""]);
  for (let i = 0; i < 9; i++) redo();
  expect([edits.value, history.value.future]).toEqual([[], []]);
});
