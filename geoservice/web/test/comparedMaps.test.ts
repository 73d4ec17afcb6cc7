// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import type { Map as MapLibre } from "maplibre-gl";
import { written } from "../src/address";
import { accessChanges, accessDifferences, shareChanges } from "../src/scenario/compare/differences";
import { accessOn, askAccess, clearAll, following, history, leaveScenario, openScenario, present, put, takeScenario } from "../src/scenario/choice";
import { startOf } from "../src/scenario/history";
import { keepTogether } from "../src/scenario/maps/cameras";
import { chooseView, divider, mapsView, moveDivider, takeMaps, twoMaps, unfolded } from "../src/scenario/maps/choice";
import { changeStyle, PLACES, POINTS, seen } from "../src/scenario/maps/classes";
import { accessRows, rowsAt, type Answer, type AnsweredArea } from "../src/scenario/rows";
import { openTool, closeTool } from "../src/live/tool";
import { manifest, take, theme } from "../src/state";
import { columnOf, layerOf, RELEASE, styleOf } from "./release";

const NAMES = ["name_zh", "name_en", "parent"].map((name) => columnOf(name));
const ACCESS = layerOf("accessibility", { columns: [...NAMES, columnOf("access", "access_capacity", { service: "clinic", mode: "walk" })], style: styleOf({ property: "access", breaks: [100], colours: ["#111111", "#eeeeee"] }) });

beforeEach(() => {
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers, ACCESS] };
  take(new URLSearchParams("theme=coverage"));
  leaveScenario();
  closeTool();
  history.value = startOf();
  unfolded.value = false;
  takeMaps(new URLSearchParams());
  takeScenario(new URLSearchParams());
  openScenario();
});

test("maps are compared where there is something to compare, and the address says how", () => {
  chooseView("side");
  expect([mapsView.value, written().includes("maps")]).toEqual(["one", false]);
  put(1, 2, new Set());
  expect([mapsView.value, twoMaps.value, new URLSearchParams(written()).get("maps")]).toEqual(["side", true, "side"]);
  chooseView("difference");
  expect([mapsView.value, twoMaps.value]).toEqual(["difference", false]);
  const address = new URLSearchParams(written());
  clearAll();
  expect(mapsView.value).toBe("one");
  unfolded.value = true;
  expect(mapsView.value).toBe("difference");
  leaveScenario();
  expect(mapsView.value).toBe("one");
  takeScenario(address);
  takeMaps(address);
  expect(mapsView.value).toBe("difference");
  takeMaps(new URLSearchParams("maps=sideways"));
  expect(mapsView.value).toBe("one");
});

test("a comparison shows a layer that follows, and not the present; a tool has one map", () => {
  put(1, 2, new Set());
  present.value = true;
  theme.value = "cells";
  chooseView("swipe");
  expect([present.value, theme.value]).toEqual([false, "coverage"]);
  openTool("isochrone");
  expect(mapsView.value).toBe("one");
  closeTool();
  expect(mapsView.value).toBe("swipe");
});

test("the divider stays on the map", () => {
  for (const [to, at] of [[33.4, 33], [-5, 0], [250, 100]] as const) {
    moveDivider(to);
    expect(divider.value).toBe(at);
  }
});

test("accessibility is asked for where the release has it, and its layer follows as long as it is", () => {
  expect([accessOn.value, following.value.includes("accessibility")]).toEqual([false, false]);
  askAccess(true);
  expect([accessOn.value, following.value.includes("accessibility"), new URLSearchParams(written()).get("access")]).toEqual([true, true, "on"]);
  take(new URLSearchParams("theme=accessibility&mode=drive"));
  expect(accessOn.value).toBe(false);
  take(new URLSearchParams("theme=accessibility"));
  expect(accessOn.value).toBe(true);
  askAccess(false);
  expect([accessOn.value, theme.value]).toEqual([false, "coverage"]);
  takeScenario(new URLSearchParams("scenario=on&access=on"));
  expect(accessOn.value).toBe(true);
  takeScenario(new URLSearchParams("access=on"));
  expect(accessOn.value).toBe(false);
});

test("classes of a difference are fixed, symmetric, and keep the layer's grey", () => {
  for (const [id, breaks] of [["coverage", POINTS], ["accessibility", PLACES]] as const) {
    const style = changeStyle(layerOf(id, { style: styleOf({ breaks: [1], colours: ["#000000", "#ffffff"] }) }));
    expect(style.breaks).toEqual(breaks);
    expect(style.breaks.map((b) => -b).reverse()).toEqual(style.breaks);
    expect(style.colours).toHaveLength(breaks.length + 1);
    expect(new Set(style.legend.colours).size).toBe(breaks.length + 1);
    expect(style.uncertain).toBe("#bcbac6");
  }
});

test("a colour is seen through to the ground", () => {
  expect([seen("#000000", "#ffffff", 0.75), seen("#102030", "#ffffff", 1), seen("#102030", "#ffffff", 0)]).toEqual(["#404040", "#102030", "#ffffff"]);
});

const number = (value: number | null, margin: number | null = 1) => ({ value, margin });
function area(unit: string, before: number | null, after: number | null, margin = 1): AnsweredArea {
  const change = before === null || after === null ? null : after - before;
  const at = { minutes: 10, persons: number(1), persons_before: number(1), share: number(1), share_before: number(1), share_change: number(0, 0), gained: number(0, 0), lost: number(0, 0) };
  return { geography: "township", unit, name_zh: unit, name_en: unit, persons: number(9), median_minutes: number(1), median_minutes_before: number(1), breaks: [at], access: number(after, 30), access_before: number(before, 30), access_change: number(change, margin) };
}
const answerOf = (...areas: AnsweredArea[]): Answer => ({ areas, stations: [], off_street: [] });
const rows = (answer: Answer) => accessRows(rowsAt(answer, "township", 10));

test("areas whose accessibility changes are listed by how much, with the margin of the change", () => {
  const found = rows(answerOf(area("a", 100, 110), area("b", 100, 100), area("c", 300, 200), area("d", 10, 11, 5), area("e", null, null)));
  expect(found.map((r) => [r.unit, r.access.change])).toEqual([
    ["c", { value: -100, margin: 1, status: "ok" }], ["a", { value: 10, margin: 1, status: "ok" }], ["d", { value: 1, margin: 5, status: "uncertain" }],
  ]);
  const { access: _1, access_before: _2, access_change: _3, ...without } = area("a", 1, 2);
  expect(rowsAt(answerOf(without), "township", 10)[0]!.access).toBeNull();
  expect(rows(answerOf(without))).toEqual([]);
});

test("the accessibility of two scenarios differs by what the server says", () => {
  const answer = answerOf(...([["a", 20, 5], ["b", 0, 0], ["c", -10, 11]] as const).map(([unit, value, margin]) => ({ ...area(unit, 100, 130, 4), access_difference: number(value, margin) })), area("d", 1, 2));
  expect([...accessDifferences(answer, "township", 10)]).toEqual([
    ["a", { value: 20, margin: 5, status: "ok" }], ["b", { value: 0, margin: 0, status: "ok" }], ["c", { value: -10, margin: 11, status: "uncertain" }],
  ]);
  expect(accessDifferences(answerOf(), "township", 10).size).toBe(0);
});

test("the changes of a scenario have the margins of its answer", () => {
  const answer = answerOf(area("a", 100, 110, 3), area("b", 100, 100));
  answer.areas[0]!.breaks[0] = { ...answer.areas[0]!.breaks[0]!, share_change: number(5, 6) };
  expect([...shareChanges(answer, "township", 10)]).toEqual([["a", { value: 5, margin: 6, status: "uncertain" }], ["b", { value: 0, margin: 0, status: "ok" }]]);
  expect([...accessChanges(answer, "township", 10)]).toEqual([["a", { value: 10, margin: 3, status: "ok" }]]);
});

/** A map that stands somewhere: all that two cameras know of each other. */
class Camera {
  at = 0;
  jumps = 0;
  private readonly heard = new Set<() => void>();
  on(_: string, listener: () => void): void {
    this.heard.add(listener);
  }
  off(_: string, listener: () => void): void {
    this.heard.delete(listener);
  }
  getCenter = (): number => this.at;
  getZoom = (): number => this.at;
  jumpTo({ center }: { center: number }): void {
    this.jumps++;
    this.move(center);
  }
  move(to: number): void {
    this.at = to;
    for (const listener of this.heard) listener();
  }
}

test("either map moves the other, once", () => {
  const [a, b] = [new Camera(), new Camera()];
  a.at = 5;
  const stop = keepTogether(a as unknown as MapLibre, b as unknown as MapLibre);
  expect(b.at).toBe(5);
  a.move(7);
  expect([b.at, a.jumps, b.jumps]).toEqual([7, 0, 2]);
  b.move(9);
  expect([a.at, a.jumps, b.jumps]).toEqual([9, 1, 2]);
  stop();
  a.move(1);
  b.move(2);
  expect([a.at, b.at]).toEqual([1, 2]);
});
