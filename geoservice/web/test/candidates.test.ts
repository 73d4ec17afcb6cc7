import { expect, test } from "vitest";
import { MOST_CANDIDATES, readCandidates, textOfBytes, type OwnCandidates } from "../src/scenario/siting/candidates";
import { csvRows } from "../src/scenario/siting/csv";

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;
const read = (text: string, name = "places.csv"): OwnCandidates => readCandidates(name, bytes(text));
const faults = (text: string): unknown[] => read(text).faults.map((f) => [f.row, f.column, f.value, f.allowed]);
const collection = (features: unknown[], more: object = {}): string => JSON.stringify({ type: "FeatureCollection", features, ...more });
const point = (properties: object | null, lon: unknown = 10, lat: unknown = 60, id?: unknown) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties, ...(id === undefined ? {} : { id }) });

test("rows of CSV: quotes, separators, ends of lines, empty lines", () => {
  expect(csvRows('a,b\r\n"x, ""y""\nz",2\r\n\r\n3,4').map((r) => [r.line, r.cells])).toEqual([[1, ["a", "b"]], [2, ['x, "y"\nz', "2"]], [5, ["3", "4"]]]);
  expect(csvRows("a;b\n1,5;2").map((r) => r.cells)).toEqual([["a", "b"], ["1,5", "2"]]);
  expect(csvRows("a\tb\r1\t2").map((r) => r.cells)).toEqual([["a", "b"], ["1", "2"]]);
  expect(csvRows("").length).toBe(0);
});

test("all columns are read, by English and Chinese headers", () => {
  const features = read("编号,名称,经度,纬度,费用,服务能力,必选\n7,\"东,头\",120.5,30.25,12,800,是\n8,西,120.6,30.3,,,否\n").features;
  expect(features.map((f) => [f.geometry.coordinates, f.properties])).toEqual([
    [[120.5, 30.25], { id: "7", name: "东,头", cost: 12, capacity: 800, forced: true }],
    [[120.6, 30.3], { id: "8", name: "西" }],
  ]);
  expect(read("Lon,LAT\n1,2").features.map((f) => f.properties)).toEqual([{ id: "p2" }]);
});

test("a fault names row, column and value", () => {
  expect(faults("id,lon,lat,cost,capacity,forced\na,,91,-1,x,maybe\n\nb,1,2,,,\n")).toEqual([
    [2, "lon", "", "lon"], [2, "lat", "91", "lat"], [2, "cost", "-1", "cost"], [2, "capacity", "x", "capacity"], [2, "forced", "maybe", "forced"],
  ]);
  expect(faults("id,lon,lat\na,1,2\n\na,1,2")).toEqual([[4, "id", "a", "unique"]]);
  expect(faults(`id,lon,lat\n${"x".repeat(201)},1,2`)).toEqual([[2, "id", "x".repeat(40), "text"]]);
  expect(faults("name,x\nA,1")).toEqual([[null, "lat", "name, x", "header"]]);
  expect(faults("lon,lat")).toEqual([[null, "", "0", "number"]]);
  expect(faults(`lon,lat\n${"1,2\n".repeat(MOST_CANDIDATES + 1)}`)).toEqual([[null, "", "2001", "number"]]);
  expect(read("lon,lat\n1,2\n1,Infinity").features).toEqual([]);
});

test("GeoJSON is known by its content, with the same checks", () => {
  const found = read(collection([point({ id: 5, name: "A", cost: "3", capacity: 20, forced: true }), point({ forced: false }, 11, 61, "f"), point(null)]), "a.txt");
  expect(found.features.map((f) => f.properties)).toEqual([{ id: "5", name: "A", cost: 3, capacity: 20, forced: true }, { id: "f" }, { id: "p3" }]);
  expect(faults(collection([point({ cost: -2 }), point({}, "x")]))).toEqual([[1, "cost", "-2", "cost"], [2, "lon", "x", "lon"]]);
  expect(faults(collection([point({}), { type: "Feature", geometry: { type: "Polygon", coordinates: [] } }]))).toEqual([[2, "geometry", "Polygon", "points"]]);
  expect(faults(collection([null]))).toEqual([[1, "geometry", "", "points"]]);
  expect(faults('{"type": "Feature"}')).toEqual([[null, "", "Feature", "geojson"]]);
  expect(faults("{broken")).toEqual([[null, "", "{broken", "geojson"]]);
  expect(faults(collection([], { crs: { properties: { name: "urn:ogc:def:crs:EPSG::3857" } } }))).toEqual([[null, "crs", "urn:ogc:def:crs:EPSG::3857", "degrees"]]);
  expect(read(collection([point({})], { crs: { properties: { name: "urn:ogc:def:crs:OGC:1.3:CRS84" } } })).features.length).toBe(1);
});

test("texts of spreadsheets are decoded", () => {
  expect(textOfBytes(new Uint8Array([0xbe, 0xad, 0xb6, 0xc8]).buffer)).toBe("经度");
  expect(textOfBytes(new Uint8Array([0xff, 0xfe, 0x61, 0]).buffer).replace("\uFEFF", "")).toBe("a");
  expect(read("\uFEFFlon,lat\n1,2").features.length).toBe(1);
  expect(readCandidates("big", new ArrayBuffer(5_000_001)).faults).toEqual([{ row: null, column: "", value: "5000001", allowed: "file" }]);
});
