/** Features of a copy: read from the files of a layer that a query needs, in the order in which a server would send them. */

import { get, ServerError, url, type Query } from "../api";
import { files } from "../copy";
import { once } from "../series";
import { AREAS, manifest, study } from "../state";
import type { Feature, Value } from "../types";
import { parse, type Filter } from "./filter";

/** What a layer has: its parts by the values of the keys and the path of the area that holds them, and the columns of each group. */
interface Index {
  version: string;
  keys: string[];
  groups: string[][];
  shapes: boolean;
  parts: Value[][];
  areas: string[];
}

/** Rows by column; what is the same in all of them is said once. */
interface Group {
  version: string;
  rows: number;
  same: Record<string, Value>;
  columns: Record<string, Value[]>;
}

interface Shapes {
  version: string;
  shapes: (GeoJSON.Geometry | null)[];
}

const OPTIONS = ["f", "lang", "limit", "properties", "skipGeometry", "sortby", "filter", "within"];
/** The names of a feature's number and of the path of the areas around it, "/34/3401/", among the columns. */
const [FID, PATH] = ["fid", "area_path"];

interface Asked {
  equals: [string, string][];
  properties: string[] | null;
  filter: Filter | null;
  /** The path of the area that the features are in. */
  path: string | null;
  sortby: string | null;
  limit: number;
  shapes: boolean;
}

async function askedOf(query: Query): Promise<Asked> {
  const text = (name: string): string | null => (query[name] === undefined ? null : String(query[name]));
  return {
    equals: Object.entries(query).flatMap(([k, v]) => (OPTIONS.includes(k) ? [] : [[k, String(v)] as [string, string]])),
    properties: text("properties")?.split(",") ?? null,
    filter: query["filter"] === undefined ? null : parse(String(query["filter"])),
    path: query["within"] === undefined ? null : await pathOf(String(query["within"])),
    sortby: text("sortby"),
    limit: Number(query["limit"] ?? Infinity),
    shapes: query["skipGeometry"] !== true,
  };
}

/** A file of a layer, once; files of another release than the page's are as good as gone. */
const read = <T extends { version: string }>(layer: string, name: string): Promise<T> =>
  once(`file ${layer}/${name}`, async () => {
    const { version } = manifest.value;
    const found = await get<T>(url(`${files.value.layers[layer]?.data ?? ""}${name}`, { v: version }));
    if (found.version !== version) throw new ServerError(410, `release ${found.version}`);
    return found;
  });

const sortName = (of: string | null): string | null => of?.replace(/^[+-]/, "") ?? null;

/** The columns that a query reads; null for all. */
function columnsOf({ equals, properties, filter, sortby }: Asked): ReadonlySet<string> | null {
  if (properties === null) return null;
  const sorted = sortName(sortby);
  return new Set([FID, ...properties, ...equals.map(([name]) => name), ...(filter?.names ?? []), ...(sorted ? [sorted] : [])]);
}

/** A feature with the value that it is sorted by. */
interface Found {
  feature: Feature;
  key: Value;
}

type Cell = (name: string, row: number) => Value | undefined;

/** The values of the groups of a part. */
function cellOf(groups: readonly Group[]): Cell {
  const columns = new Map(groups.flatMap((g) => Object.entries(g.columns)));
  const same = new Map(groups.flatMap((g) => Object.entries(g.same)));
  return (name, row) => (same.has(name) ? same.get(name) : columns.get(name)?.[row]);
}

const matches = (value: (name: string) => Value | undefined, { equals, filter, path }: Asked): boolean =>
  (path === null || String(value(PATH) ?? "").startsWith(path)) && equals.every(([name, wanted]) => String(value(name) ?? "") === wanted) && (filter === null || filter.test(value));

/** The features of a part that match, with its shapes where they are asked for. */
async function readPart(layer: string, index: Index, part: number, asked: Asked): Promise<Found[]> {
  const wanted = columnsOf(asked);
  const numbers = index.groups.flatMap((names, i) => (i === 0 || wanted === null || names.some((n) => wanted.has(n)) ? [i] : []));
  const groups = await Promise.all(numbers.map((i) => read<Group>(layer, `${part}.${i}.json`)));
  const cell = cellOf(groups);
  const names = index.groups.flat().filter((n) => n !== FID && (asked.properties?.includes(n) ?? n !== PATH));
  const rows = Array.from({ length: groups[0]?.rows ?? 0 }, (_, row) => row).filter((row) => matches((name) => cell(name, row), asked));
  const shapes = index.shapes && asked.shapes && rows.length ? await read<Shapes>(layer, `${part}.shapes.json`) : null;
  return rows.map((row) => ({
    feature: { id: Number(cell(FID, row)), geometry: shapes?.shapes[row] ?? null, properties: Object.fromEntries(names.map((n) => [n, cell(n, row) ?? null])) },
    key: (asked.sortby && cell(sortName(asked.sortby)!, row)) ?? null,
  }));
}

/** The parts that may have features that match. */
const partsOf = ({ keys, parts, areas }: Index, { equals, path }: Asked): number[] => {
  const wanted = new Map(equals);
  const near = (area: string): boolean => path === null || area.startsWith(path) || path.startsWith(area);
  return parts.flatMap((values, i) => (near(areas[i]!) && keys.every((key, k) => !wanted.has(key) || wanted.get(key) === String(values[k] ?? "")) ? [i] : []));
};

/** An area by its code alone: each level is read until one has it, the largest areas first. */
async function areaOf(query: Query): Promise<Feature[]> {
  for (const geography of study.value.levels) {
    const found = await features(AREAS, { ...query, geography });
    if (found.length) return found;
  }
  return [];
}

async function pathOf(code: string): Promise<string> {
  const [area] = await areaOf({ unit: code, properties: PATH, skipGeometry: true });
  if (!area) throw new ServerError(404, code);
  return String(area.properties[PATH]);
}

/** By a property, those without a value last, then by number. */
function ordered(found: readonly Found[], sortby: string | null): Feature[] {
  const sign = sortby?.startsWith("-") ? -1 : 1;
  const by = (a: Value, b: Value): number => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -sign : sign);
  return [...found].sort((a, b) => by(a.key, b.key) || a.feature.id - b.feature.id).map(({ feature }) => feature);
}

/** All features that match a query, up to its limit. */
export async function features(layer: string, query: Query): Promise<Feature[]> {
  if (!(layer in files.value.layers)) throw new ServerError(404, layer);
  if (layer === AREAS && "unit" in query && !("geography" in query)) return areaOf(query);
  const asked = await askedOf(query);
  const index = await read<Index>(layer, "index.json");
  const found = await Promise.all(partsOf(index, asked).map((part) => readPart(layer, index, part, asked)));
  return ordered(found.flat(), asked.sortby).slice(0, asked.limit);
}
