/** Which properties of the layer of hotspots hold what: a measure, and the results of its tests. Pure. */

import type { Estimate, Layer, Value } from "../types";
import { estimateOf } from "../number";

export const MEASURES = ["migrants", "arrivals", "unserved", "uptake"] as const;
export type Measure = (typeof MEASURES)[number];
export const METHODS = ["hotspot_class", "emerging_class", "moran_class", "funnel_class", "smoothed_rate", "spatial_rate"] as const;
/** A method, called as the measure of the release table that it gives. */
export type Method = (typeof METHODS)[number];
/** Methods of the shares of people, and of the uptake of a service (layer of indicators). */
export const OF_PEOPLE: readonly Method[] = METHODS.filter((m) => m !== "emerging_class");
export const OF_UPTAKE: readonly Method[] = ["hotspot_class", "emerging_class", "funnel_class", "smoothed_rate"];
/** Methods whose result is one of a few classes. */
export const CLASSED: readonly Method[] = ["hotspot_class", "emerging_class", "moran_class", "funnel_class"];
/** The squares of the layer: of them the release holds classes and z-scores of Gi* alone. */
export const CELL = "cell";
/** The units of the layer of hotspots by catchment: the catchments of the service and mode of the page. */
export const CATCHMENT = "catchment";
export const isArea = (unit: string): boolean => unit !== CELL && unit !== CATCHMENT;

/** What the name of a property says of the result. */
const ENDS = { hotspot_class: "class", emerging_class: "emerging", hotspot_z: "z", hotspot_p: "p", moran_class: "moran", funnel_class: "funnel", smoothed_rate: "rate", spatial_rate: "spatial_rate" } as const;
type Result = keyof typeof ENDS;
const RESULTS = Object.keys(ENDS) as Result[];

const HERE = "{}";
/** What the names of the measure's properties have in common: they begin with it, or the result stands at the sign "{}". */
export const stemOf = (measure: Measure, service: string, mode: string, group = ""): string =>
  measure === "unserved" ? `unserved_${service}_${mode}` : measure === "uptake" ? `${HERE}_${service}_${group}` : measure;
const nameOf = (stem: string, result: Result): string => (stem.includes(HERE) ? stem.replace(HERE, ENDS[result]) : `${stem}_${ENDS[result]}`);

/** Whether the release holds the measure: shares that are the same everywhere have no hotspots. */
export const holds = (layer: Layer, stem: string): boolean => layer.columns.some((c) => c.name === nameOf(stem, "hotspot_class"));

/** The measures that the layers have, for whatever service and mode: uptake is that of the layer of indicators. */
export function measuresOf(layer: Layer, indicators?: Layer): Measure[] {
  const has = (of: Layer | undefined, start: string): boolean => of?.columns.some((c) => c.name.startsWith(start) && c.measure === "hotspot_class") ?? false;
  return MEASURES.filter((m) => (m === "uptake" ? has(indicators, "") : has(layer, m)));
}

/** The methods of a measure for which the layer has results. */
export const methodsOf = (measure: Measure, layer: Layer | undefined): readonly Method[] =>
  measure === "uptake" ? OF_UPTAKE.filter((m) => m !== "emerging_class" || layer?.columns.some((c) => c.measure === m)) : OF_PEOPLE;

/** The properties of a measure with their margins and statuses. */
export function propertiesOf(layer: Layer, stem: string): string[] {
  const wanted = RESULTS.flatMap((r) => ["", "_margin", "_status"].map((end) => `${nameOf(stem, r)}${end}`));
  return wanted.filter((name) => layer.columns.some((c) => c.name === name));
}

export type Results = Readonly<Record<Result, Estimate>>;

/** The results of a measure that a feature carries. */
export const resultsOf = (properties: Record<string, Value>, stem: string): Results =>
  Object.fromEntries(RESULTS.map((r) => [r, estimateOf(properties, nameOf(stem, r))])) as Results;
