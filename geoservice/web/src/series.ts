/** Released numbers by area and minutes, each with its margin: from a layer that carries them, or from the release table. */

import { fetchItems, number, type Query } from "./api";
import { columnsFor, isAreas, type Wanted } from "./columns";
import { isCopy } from "./copy";
import { estimateIn, estimateOf } from "./number";
import { manifest } from "./state";
import type { Column, Dimensions, Estimate, Feature, Layer } from "./types";

/** unit -> minutes (0: does not apply) -> number. */
export type Series = ReadonlyMap<string, ReadonlyMap<number, Estimate>>;
export const NONE: Series = new Map();

const cache = new Map<string, Promise<unknown>>();
/** Results that are kept; a copy reads many small files for one answer. */
const KEPT = isCopy ? 500 : 50;

/** The result of `make`, made once for each key and release as long as it is one of the last asked for; a failure is forgotten. */
export function once<T>(name: string, make: () => Promise<T>): Promise<T> {
  const key = `${manifest.value.version} ${name}`;
  const made = cache.get(key) ?? make();
  cache.delete(key); // the last one asked for is the last one of the map
  cache.set(key, made);
  if (cache.size > KEPT) cache.delete(cache.keys().next().value!);
  made.catch(() => cache.get(key) === made && cache.delete(key));
  return made as Promise<T>;
}

const filled = (d: Dimensions): Query =>
  Object.fromEntries(Object.entries(d).filter(([, v]) => v !== "" && v !== 0)) as Query;

/** The rows of the release table that hold these numbers; `minutes` left out means every break. */
export const rowsQuery = (of: Query, want: Wanted): Query => ({ ...of, measure: want.measure, ...filled(want.dimensions) });

function collect(features: Feature[], pick: (f: Feature) => [number, Estimate][]): Series {
  const found = new Map<string, Map<number, Estimate>>();
  for (const f of features) {
    const unit = String(f.properties["unit"]);
    const values = found.get(unit) ?? new Map<number, Estimate>();
    for (const [at, value] of pick(f)) values.set(at, value);
    found.set(unit, values);
  }
  return found;
}

/** The properties to ask for: each number, and the margin and status beside it where the layer has them. */
export const withMargins = (layer: Layer, columns: Column[]): string[] => {
  const known = new Set(layer.columns.map((c) => c.name));
  return columns.flatMap(({ name }) => [name, ...[`${name}_margin`, `${name}_status`].filter((n) => known.has(n))]);
};

/** Of the units that a query selects: from a layer that carries the numbers as properties if there is one (fewer bytes), otherwise from the release table. */
export function fetchSeries(of: Query, asked: Wanted, breaks: number[]): Promise<Series> {
  const want = { ...asked, dimensions: { ...asked.dimensions, minutes: 0 } };
  return once(JSON.stringify([of, want, breaks]), async () => {
    const carried = columnsFor(manifest.value.layers.filter(isAreas), want, breaks);
    if (carried) {
      const { layer, columns } = carried;
      const query = { ...of, skipGeometry: true, properties: ["geography", "unit", ...withMargins(layer, columns)].join(",") };
      return collect(await fetchItems(layer.id, query), (f) => columns.map((c, i) => [breaks[i]!, estimateOf(f.properties, c.name)]));
    }
    const rows = await fetchItems("table", { ...rowsQuery(of, want), skipGeometry: true, properties: "unit,minutes,value,margin,status" });
    return collect(rows, (f) => [[number(f.properties["minutes"]) ?? 0, estimateIn(f.properties)]]);
  });
}
