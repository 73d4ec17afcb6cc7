/** Candidates of a file that the reader picks, CSV or GeoJSON, read in the browser. Pure. */

import { csvRows } from "./csv";

export interface Candidate {
  type: "Feature";
  geometry: { type: "Point"; coordinates: [number, number] };
  properties: { id: string; name?: string; cost?: number; capacity?: number; forced?: boolean };
}

/** What is wrong in a file; `allowed` and `problem` are keys of the texts. */
export interface Fault {
  /** The row as a spreadsheet counts it, or the number of the feature; null if it is the whole file. */
  row: number | null;
  column: string;
  value: string;
  allowed: Allowed;
}
export type Allowed = "lon" | "lat" | "cost" | "capacity" | "forced" | "id" | "unique" | "text" | "header" | "points" | "geojson" | "degrees" | "number" | "file";

export interface OwnCandidates {
  file: string;
  features: Candidate[];
  faults: Fault[];
}

/** As many as the server takes in one question. */
export const MOST_CANDIDATES = 2000;
const MOST_TEXT = 200;
/** Larger files are not read: 2000 points take less. */
export const MOST_BYTES = 5_000_000;

/** The headers of each column, in lower case without spaces; the first is the one that errors name. */
const HEADERS = {
  id: ["id", "编号", "编码", "代码", "code"],
  name: ["name", "名称", "站点名称", "候选点名称", "地点"],
  lon: ["lon", "lng", "long", "longitude", "经度", "x"],
  lat: ["lat", "latitude", "纬度", "y"],
  cost: ["cost", "成本", "费用", "造价", "投资"],
  capacity: ["capacity", "容量", "服务能力", "接待能力"],
  forced: ["forced", "必选", "已定"],
} as const;
type Column = keyof typeof HEADERS;
const COLUMNS = Object.keys(HEADERS) as Column[];
const YES = ["true", "yes", "y", "1", "是", "必选", "已定", "√"];
const NO = ["false", "no", "n", "0", "否", ""];

type Row = Partial<Record<Column, unknown>>;

const textOf = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)).trim();

/** Reads one row; faults are added to a list. */
function candidateOf(row: Row, number: number, faults: Fault[]): Candidate {
  const fault = (column: Column, allowed: Allowed): undefined => void faults.push({ row: number, column, value: textOf(row[column]).slice(0, 40), allowed });
  const numberIn = (column: Column, least: number, most: number, optional: boolean): number | undefined => {
    const text = textOf(row[column]);
    if (text === "" && optional) return undefined;
    const value = text === "" ? Number.NaN : Number(text);
    return value >= least && value <= most ? value : fault(column, column as Allowed);
  };
  const shortText = (column: Column): string => {
    const text = textOf(row[column]);
    if (text.length > MOST_TEXT) fault(column, "text");
    return text;
  };
  const [lon, lat] = [numberIn("lon", -180, 180, false), numberIn("lat", -90, 90, false)];
  const [cost, capacity] = [numberIn("cost", 0, 1e12, true), numberIn("capacity", 0, 1e9, true)];
  const said = textOf(row.forced).toLowerCase();
  if (!YES.includes(said) && !NO.includes(said)) fault("forced", "forced");
  const name = shortText("name");
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon ?? 0, lat ?? 0] },
    properties: {
      id: shortText("id") || `p${number}`, ...(name ? { name } : {}), ...(cost === undefined ? {} : { cost }), ...(capacity === undefined ? {} : { capacity }),
      ...(YES.includes(said) ? { forced: true } : {}),
    },
  };
}

const whole = (file: string, allowed: Allowed, value = "", column = ""): OwnCandidates => ({ file, features: [], faults: [{ row: null, column, value: value.slice(0, 40), allowed }] });

/** The candidates of numbered rows: none if a row is wrong. */
function fromRows(file: string, rows: readonly (readonly [number, Row])[]): OwnCandidates {
  if (rows.length < 1 || rows.length > MOST_CANDIDATES) return whole(file, "number", String(rows.length));
  const faults: Fault[] = [];
  const features = rows.map(([number, row]) => candidateOf(row, number, faults));
  const seen = new Map<string, number>();
  features.forEach(({ properties: { id } }, i) => {
    if (seen.has(id)) faults.push({ row: rows[i]![0], column: "id", value: id.slice(0, 40), allowed: "unique" });
    seen.set(id, i);
  });
  return faults.length > 0 ? { file, features: [], faults } : { file, features, faults };
}

function fromCsv(file: string, text: string): OwnCandidates {
  const [head, ...rows] = csvRows(text);
  const names = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase().replace(/\s/g, ""));
  const at = new Map(COLUMNS.map((column) => [column, names.findIndex((name) => (HEADERS[column] as readonly string[]).includes(name))]));
  for (const column of ["lon", "lat"] as const) if (at.get(column) === -1) return whole(file, "header", (head?.cells ?? []).join(", "), column);
  const rowOf = (cells: readonly string[]): Row => Object.fromEntries(COLUMNS.flatMap((c) => (at.get(c)! >= 0 ? [[c, cells[at.get(c)!]]] : [])));
  return fromRows(file, rows.map(({ line, cells }) => [line, rowOf(cells)] as const));
}

interface Feature {
  geometry?: { type?: string; coordinates?: unknown } | null;
  properties?: Record<string, unknown> | null;
  id?: unknown;
}

const DEGREES = /CRS84|EPSG:+4326|EPSG:+4490|4326$/i;

function fromGeoJson(file: string, text: string): OwnCandidates {
  let found: { type?: string; features?: Feature[]; crs?: { properties?: { name?: unknown } } };
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return whole(file, "geojson", text.trim());
  }
  if (found?.type !== "FeatureCollection" || !Array.isArray(found.features)) return whole(file, "geojson", String(found?.type ?? ""));
  const crs = textOf(found.crs?.properties?.name);
  if (crs && !DEGREES.test(crs)) return whole(file, "degrees", crs, "crs");
  const other = found.features.findIndex((f) => f?.geometry?.type !== "Point" || !Array.isArray(f.geometry.coordinates));
  if (other >= 0) return { file, features: [], faults: [{ row: other + 1, column: "geometry", value: textOf(found.features[other]?.geometry?.type), allowed: "points" }] };
  const rowOf = ({ geometry, properties, id }: Feature): Row => {
    const [lon, lat] = geometry!.coordinates as unknown[];
    const named = new Map(Object.entries(properties ?? {}).map(([key, value]) => [key.trim().toLowerCase(), value]));
    const own = Object.fromEntries(COLUMNS.map((c) => [c, HEADERS[c].map((name) => named.get(name)).find((value) => value !== undefined)]));
    return { ...own, id: own["id"] ?? id, lon, lat };
  };
  return fromRows(file, found.features.map((f, i) => [i + 1, rowOf(f)] as const));
}

/** The text of a file: UTF-8, or else GB 18030, which spreadsheets in Chinese write. */
export function textOfBytes(bytes: ArrayBuffer): string {
  const [a, b] = new Uint8Array(bytes);
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return new TextDecoder(a === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** Reads the candidates of a file by its content: GeoJSON begins with a bracket. */
export function readCandidates(file: string, bytes: ArrayBuffer): OwnCandidates {
  if (bytes.byteLength > MOST_BYTES) return whole(file, "file", String(bytes.byteLength));
  const text = textOfBytes(bytes).replace(/^\uFEFF/, "");
  return /^\s*[[{]/.test(text) ? fromGeoJson(file, text) : fromCsv(file, text);
}
