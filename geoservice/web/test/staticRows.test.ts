// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { files, RangesIgnored, takenWhole } from "../src/copy";
import { manifest } from "../src/state";
import { fetchTile, FileSource, WHOLE_BYTES } from "../src/static/archive";
import { parse } from "../src/static/filter";
import { features } from "../src/static/rows";
import { betweenAreas } from "../src/flow/flows";
import type { Value } from "../src/types";
import { RELEASE } from "./release";

const VERSION = "3-abc";
const point = (x: number) => ({ type: "Point", coordinates: [x, 0] });
/** Parts by geography and area, whose columns of a trip are in a group of their own. */
const FILES: Record<string, unknown> = {
  "index.json": { keys: ["geography"], groups: [["fid", "geography", "unit", "name_zh", "area_path"], ["share"]], shapes: true, parts: [["county"], ["township"], ["village"], ["village"]], areas: ["/", "/", "/c/a/", "/c/ab/"] },
  "0.0.json": { rows: 1, same: { fid: 3, geography: "county", unit: "c", name_zh: "县", area_path: "/c/" }, columns: {} },
  "0.1.json": { rows: 1, same: { share: 5 }, columns: {} },
  "0.shapes.json": { shapes: [point(3)] },
  "1.0.json": { rows: 3, same: { geography: "township" }, columns: { fid: [1, 2, 4], unit: ["a", "b", "d"], name_zh: ["甲", null, "丁"], area_path: ["/c/a/", "/c/ab/", null] } },
  "1.1.json": { rows: 3, same: {}, columns: { share: [7, null, 9] } },
  "1.shapes.json": { shapes: [point(1), null, point(4)] },
  "2.0.json": { rows: 2, same: { geography: "village", name_zh: null }, columns: { fid: [5, 7], unit: ["v", "w"], area_path: ["/c/a/v/", "/c/a/w/"] } },
  "2.1.json": { rows: 2, same: { share: null }, columns: {} },
  "2.shapes.json": { shapes: [point(5), point(7)] },
  "3.0.json": { rows: 1, same: { geography: "village", name_zh: null, fid: 6, unit: "x", area_path: "/c/ab/x/" }, columns: {} },
  "3.1.json": { rows: 1, same: { share: null }, columns: {} },
  "3.shapes.json": { shapes: [point(6)] },
};

let asked: string[] = [];
let counter = 0;

beforeEach(() => {
  // every test reads a release of its own: what was read of one is kept
  const version = `${VERSION}${counter++}`;
  manifest.value = { ...RELEASE, study: { ...RELEASE.study, levels: ["county", "township", "village"] }, version };
  files.value = { ...files.value, layers: { coverage: { data: "data/coverage/", files: {} } } };
  asked = [];
  vi.stubGlobal("fetch", async (address: string) => {
    const name = new URL(address).pathname.split("/").at(-1)!;
    asked.push(name);
    return new Response(JSON.stringify({ version, ...(FILES[name] as object) }));
  });
});
afterEach(() => vi.unstubAllGlobals());

const units = async (query: Record<string, string | number | boolean>): Promise<unknown[]> => (await features("coverage", query)).map((f) => f.properties["unit"]);

test("only the parts and groups are read that a query needs", async () => {
  const found = await features("coverage", { geography: "township", skipGeometry: true, properties: "unit" });
  expect(found.map((f) => [f.id, f.properties, f.geometry])).toEqual([[1, { unit: "a" }, null], [2, { unit: "b" }, null], [4, { unit: "d" }, null]]);
  expect(asked).toEqual(["index.json", "1.0.json"]);
  await features("coverage", { geography: "township", skipGeometry: true, properties: "unit,share" });
  expect(asked.slice(2)).toEqual(["1.1.json"]);
});

test("without a selection all features come with their shapes, in the order of their numbers", async () => {
  const found = await features("coverage", {});
  expect(found.map((f) => f.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(found[2]).toEqual({ id: 3, geometry: point(3), properties: { geography: "county", unit: "c", name_zh: "县", share: 5 } });
});

test("equal values, filters, an order and a limit are those of the API", async () => {
  expect(await units({ unit: "c" })).toEqual(["c"]);
  expect(await units({ geography: "nowhere" })).toEqual([]);
  expect(await units({ share: 7 })).toEqual(["a"]);
  expect(await units({ sortby: "-share" })).toEqual(["d", "a", "c", "b", "v", "x", "w"]);
  expect(await units({ sortby: "share", limit: 2 })).toEqual(["c", "a"]);
  expect(await units({ filter: "share IS NOT NULL AND unit <> 'd'", properties: "unit" })).toEqual(["a", "c"]);
});

test("an area has what is in it, from the parts that may have some of it", async () => {
  expect(await units({ geography: "village", within: "a", properties: "unit" })).toEqual(["v", "w"]);
  expect(asked).toEqual(["index.json", "0.0.json", "1.0.json", "2.0.json", "2.shapes.json"]);
  expect(await units({ within: "c", skipGeometry: true })).toEqual(["a", "b", "c", "v", "x", "w"]);
  expect(await units({ within: "x" })).toEqual(["x"]);
  await expect(units({ within: "nowhere" })).rejects.toMatchObject({ status: 404 });
});

test("an area is looked for from the largest to the smallest", async () => {
  expect(await units({ unit: "a", limit: 1, properties: "unit", skipGeometry: true })).toEqual(["a"]);
  expect(asked).toEqual(["index.json", "0.0.json", "1.0.json"]);
});

test("files of another release, and layers that the copy lacks, are gone", async () => {
  manifest.value = { ...RELEASE, version: "9-other" };
  await expect(features("coverage", {})).rejects.toMatchObject({ status: 410 });
  await expect(features("secret", {})).rejects.toMatchObject({ status: 404 });
});

const holds = (text: string, row: Record<string, Value>): boolean => parse(text).test((name) => row[name]);

test.each([
  ["a = 'x'", true], ["a <> 'x'", false], ["n = 1", true], ["n = 2", false], ["a IN ('y','x')", true], ["a IN ('y')", false],
  ["b IS NULL", true], ["b IS NOT NULL", false], ["b = 'x'", false], ["b <> 'x'", false], ["q = 'it''s'", true], ["a <> q", true],
  ["a = 'y' OR n = 1 AND a = 'x'", true], ["(a = 'y' OR n = 1) AND a = 'y'", false],
])("%s is %s", (text, expected) => {
  expect(holds(text, { a: "x", n: 1, b: null, q: "it's" })).toBe(expected);
});

test.each(["a = ", "a LIKE 'x'", "a = 'x' b", "(a = 'x'", "a ; b", "= 'x'"])("%s is refused", (text) => {
  expect(() => parse(text)).toThrow(SyntaxError);
});

test("the filter of flows between areas names what it reads", () => {
  const filter = parse(betweenAreas(["1", "2"]));
  expect([...filter.names]).toEqual(["origin", "destination"]);
  expect(filter.test((name) => ({ origin: "1", destination: "2" })[name] ?? null)).toBe(true);
  expect(filter.test(() => "1")).toBe(false);
});

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);
const text = async (source: FileSource, offset: number, length: number): Promise<number[]> => [...new Uint8Array((await source.getBytes(offset, length)).data)];

test("a part is asked for by Range", async () => {
  vi.stubGlobal("fetch", async (_: string, { headers }: { headers: Record<string, string> }) => {
    const [from = 0, to = 0] = headers["Range"]!.slice(6).split("-").map(Number);
    return new Response(BYTES.slice(from, to + 1), { status: 206 });
  });
  expect(await text(new FileSource("http://x/a", 100), 10, 3)).toEqual([10, 11, 12]);
  expect(takenWhole.value).toBe(false);
});

test("a small file is kept whole where Range is ignored, a large one is refused", async () => {
  const fetched = vi.fn(async () => new Response(BYTES));
  vi.stubGlobal("fetch", fetched);
  const source = new FileSource("http://x/a", 100);
  expect(await text(source, 10, 3)).toEqual([10, 11, 12]);
  expect(await text(source, 98, 9)).toEqual([98, 99]);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(takenWhole.value).toBe(true);
  await expect(new FileSource("http://x/b", WHOLE_BYTES + 1).getBytes(0, 5)).rejects.toBeInstanceOf(RangesIgnored);
});

test("a file that another release has replaced is gone", async () => {
  vi.stubGlobal("fetch", async () => new Response(BYTES.slice(0, 5), { status: 206, headers: { ETag: '"2"' } }));
  await expect(new FileSource("http://x/a", 100).getBytes(0, 5, undefined, '"1"')).rejects.toMatchObject({ status: 410 });
});

test("an archive that could not be read is read anew by the next attempt", async () => {
  files.value = { ...files.value, tiles: { coverage: { href: "tiles/coverage.pmtiles", bytes: 100 } } };
  const fetched = vi.fn(async () => new Response(null, { status: 503 }));
  vi.stubGlobal("fetch", fetched);
  for (let attempt = 1; attempt <= 2; attempt++) {
    await expect(fetchTile("coverage", 0, 0, 0)).rejects.toMatchObject({ status: 503 });
    expect(fetched).toHaveBeenCalledTimes(attempt);
  }
});
