// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { written } from "../src/address";
import { closeTool, openTool, takeTool, tool } from "../src/live/tool";
import { manifest, take, theme } from "../src/state";
import { addCorner, cancel, clear, drawCircle, drawing, finish, finishable, handles, kind, moveHandle, path, removeHandle, removeLast, takeZone, zone } from "../src/zone/choice";
import { numbersAt, type ZoneAnswer } from "../src/zone/rows";
import { asked, bearing, circle, decoded, destination, distance, encoded, geojsonOf, MOST, ringOf, rounded, type Position, type Zone } from "../src/zone/shape";
import { RELEASE } from "./release";

const SQUARE: Zone = { type: "Polygon", corners: [[24.9, 60.1], [24.95, 60.1], [24.95, 60.125], [24.9, 60.125]] };

test("distances and bearings are those of the sphere", () => {
  expect(distance([0, 0], [1, 0])).toBeCloseTo(111_195.08, 1);
  expect(distance([25, 60], [25, 61])).toBeCloseTo(111_195.08, 1);
  expect([bearing([0, 0], [0, 1]), bearing([0, 0], [1, 0])].map((b) => Math.round(b))).toEqual([0, 90]);
  const from: Position = [24.94, 60.17];
  for (const towards of [0, 45, 90, 200]) {
    const to = destination(from, 5000, towards);
    expect(distance(from, to)).toBeCloseTo(5000, 3);
    expect((bearing(from, to) + 360) % 360).toBeCloseTo(towards, 6);
  }
});

test.each<Zone>([
  SQUARE,
  { type: "Polygon", corners: [[-179.99999, -84.5], [179.99999, 84.5], [0, 0], [-0.00001, 0.00001]] },
  circle([24.94123, 60.17], 800),
  circle([-0.00001, -12.3], 500_000),
])("an address writes $type and reads it again", (zone) => {
  const text = encoded(zone);
  expect(decoded(text)).toEqual(zone);
  expect(text).toBe(encodeURIComponent(text));
});

test("an address is short: a corner nearby takes a few letters", () => {
  const corners = Array.from({ length: 20 }, (_, i) => rounded(...destination([105.3, 34.5], 600, 18 * i)));
  expect(encoded({ type: "Polygon", corners }).length).toBeLessThan(20 * 6 + 12);
});

const far = encoded({ type: "Polygon", corners: [[24, 60], [25, 60], [25, 89]] });
test.each(["", "p", "pA", "pAA", "pAAAA", "xAAAAAA", "c", "cAA", "cAAA", "p!", `p${"A".repeat(2 * (MOST + 1))}`, "pgggggggggg", far])("an address with %j has no zone", (text) => {
  expect(decoded(text)).toBeNull();
});

test("the server gets a closed ring, or a circle as it is", () => {
  expect(asked(SQUARE)).toEqual({ type: "Polygon", coordinates: [[...(SQUARE.type === "Polygon" ? SQUARE.corners : []), [24.9, 60.1]]] });
  expect(asked(circle([1, 2], 30.4))).toEqual({ type: "Circle", center: [1, 2], radius: 30 });
});

test("a circle is given away as a polygon around it", () => {
  const { geometry, properties } = geojsonOf(circle([24.94, 60.17], 800));
  expect(properties).toEqual({ center: [24.94, 60.17], radius: 800 });
  const ring = ringOf(circle([24.94, 60.17], 800));
  expect(geometry).toEqual({ type: "Polygon", coordinates: [ring] });
  expect(ring[0]).toEqual(ring.at(-1));
  for (const at of ring) expect(Math.abs(distance([24.94, 60.17], at) - 800)).toBeLessThan(1.5);
});

beforeEach(() => {
  manifest.value = RELEASE;
  take(new URLSearchParams("theme=cells&on="));
  closeTool();
  clear();
  kind.value = "polygon";
  openTool("zone");
});

test("corners are put, taken back and finished, then moved and removed down to three", () => {
  for (const [lon, lat] of [[1, 1], [2, 1], [2, 2]] as const) addCorner(lon, lat);
  removeLast();
  expect([path.value.length, finishable.value]).toEqual([2, false]);
  finish();
  expect(zone.value).toBeNull();
  for (const [lon, lat] of [[2, 2], [1, 2.1234567]] as const) addCorner(lon, lat);
  addCorner(0, 89);
  finish();
  expect(zone.value).toEqual({ type: "Polygon", corners: [[1, 1], [2, 1], [2, 2], [1, 2.12346]] });
  expect([drawing.value, path.value]).toEqual([false, []]);
  moveHandle("2", 3, 3);
  moveHandle("2", 3, 86);
  expect([removeHandle("3"), removeHandle("0")]).toEqual([true, false]);
  expect(zone.value).toEqual({ type: "Polygon", corners: [[1, 1], [2, 1], [3, 3]] });
});

test("what is being drawn is cancelled, and a polygon has a largest number of corners", () => {
  expect(cancel()).toBe(false);
  for (let i = 0; i <= MOST; i++) addCorner(i / 100, 0);
  expect(path.value).toHaveLength(MOST);
  expect([cancel(), path.value.length]).toEqual([true, 0]);
});

test("the centre of a circle moves it, its edge changes the radius", () => {
  drawCircle([24.94, 60.17], 800);
  const [center, edge] = handles.value;
  expect([center!.id, edge!.id, Math.round(distance(center!.at, edge!.at))]).toEqual(["center", "edge", 800]);
  moveHandle("center", 24.95, 60.18);
  expect(zone.value).toEqual({ type: "Circle", center: [24.95, 60.18], radius: 800 });
  moveHandle("edge", ...destination([24.95, 60.18], 1200, 45));
  expect((zone.value as { radius: number }).radius).toBe(1200);
  expect(Math.round(bearing([24.95, 60.18], handles.value[1]!.at))).toBe(45);
  expect(removeHandle("edge")).toBe(false);
});

test("the address holds the tool and its zone while it is open", () => {
  drawCircle([24.94, 60.17], 800);
  const address = new URLSearchParams(written());
  expect([address.get("tool"), address.get("zone")]).toEqual(["zone", encoded(circle([24.94, 60.17], 800))]);
  closeTool();
  expect(written()).not.toMatch(/tool|zone/);
  clear();
  takeTool(address);
  takeZone(address);
  expect([tool.value, zone.value, kind.value]).toEqual(["zone", circle([24.94, 60.17], 800), "circle"]);
  takeTool(new URLSearchParams("tool=teapot"));
  expect(tool.value).toBeNull();
});

test("a view with a tab of its own has no tools, and makes room for one that is opened", () => {
  manifest.value = { ...RELEASE, layers: [...RELEASE.layers, { ...RELEASE.layers[0]!, id: "hotspots" }] };
  theme.value = "hotspots";
  expect(tool.value).toBeNull();
  openTool("zone");
  expect([theme.value, tool.value]).toEqual(["coverage", "zone"]);
  manifest.value = { ...RELEASE, layers: [] };
  expect(tool.value).toBeNull();
});

const number = (value: number | null, margin: number | null = 1) => ({ value, margin });
const ANSWER: ZoneAnswer = {
  persons: number(0, 0), median_minutes: number(null, null), median_minutes_before: number(null, null), stations: [], served_by: [], off_street: [],
  breaks: [{ minutes: 10, persons: number(0, 0), persons_before: number(0, 0), share: number(null, null), share_before: number(null, null), share_change: number(null, null), gained: number(0, 0), lost: number(0, 0) }],
};

test("where nobody lives there is no share and no time; where people are hidden they are some", () => {
  expect(numbersAt(ANSWER, 5)).toBeNull();
  const empty = numbersAt(ANSWER, 10)!;
  expect([empty.people.value, empty.share.after.status, empty.median.before.status]).toEqual([0, "nobody", "nobody"]);
  const hidden = numbersAt({ ...ANSWER, persons: { value: null, margin: null, status: "under" } }, 10)!;
  expect([hidden.people.status, hidden.median.after.status]).toEqual(["under", null]);
  expect(numbersAt({ ...ANSWER, persons: number(40) }, 10)!.median.after.status).toBeNull();
});
