/** What the reader has chosen on the map of hotspots: measure, unit, method, cluster. The address holds all of it. */

import { batch, computed, signal } from "@preact/signals";
import { cardGroup, services } from "../scorecard/choice";
import { levelsOffered } from "../scope";
import { HOTSPOT_CATCHMENTS, HOTSPOTS, hotspotsOn, INDICATORS, layerOf, level, mode, parent, selected, service, study, wide, within } from "../state";
import { CATCHMENT, CELL, holds, isArea, MEASURES, measuresOf, METHODS, methodsOf, stemOf, type Measure, type Method } from "./columns";

const chosenMeasure = signal<Measure>("migrants");
const chosenMethod = signal<Method>("hotspot_class");
/** Squares or catchments, where they are chosen in place of areas. */
const otherUnit = signal<string | null>(null);
export const clustersShown = signal(true);
/** The cluster that is marked, by its unit. */
export const cluster = signal<string | null>(null);

export const measures = computed((): Measure[] => (layerOf(HOTSPOTS) ? measuresOf(layerOf(HOTSPOTS)!, layerOf(INDICATORS)) : []));
export const measure = computed((): Measure => within(measures.value, chosenMeasure.value, measures.value[0] ?? "migrants"));

/** The layer that has the measure by area. */
const byArea = computed((): string => (measure.value === "uptake" ? INDICATORS : HOTSPOTS));

/** The units that the release has, the largest areas first; of many areas, those that the table offers, and others only in an area. */
export const units = computed((): string[] => {
  const known = Object.keys(layerOf(byArea.value)?.zooms ?? {});
  const areas = (wide.value ? levelsOffered.value : study.value.levels).filter((id) => known.includes(id));
  if (wide.value && parent.value === null) return areas;
  return [...areas, ...(known.includes(CELL) ? [CELL] : []), ...(measure.value !== "uptake" && layerOf(HOTSPOT_CATCHMENTS) ? [CATCHMENT] : [])];
});
/** Areas are those of the level of the table; where the release has no hotspots of it, the finest that it has, unless areas are many. */
export const unit = computed((): string => {
  const areas = units.value.filter(isArea);
  if (otherUnit.value !== null && units.value.includes(otherUnit.value)) return otherUnit.value;
  if (wide.value) return level.value;
  if (areas.length === 0) return units.value[0] ?? CELL;
  return areas.includes(level.value) ? level.value : areas.at(-1)!;
});
/** The layer that has the measure by unit. */
export const source = computed((): string => (unit.value === CATCHMENT ? HOTSPOT_CATCHMENTS : byArea.value));
export const methods = computed((): readonly Method[] => (unit.value === CELL ? METHODS.slice(0, 1) : methodsOf(measure.value, layerOf(source.value))));
export const method = computed((): Method => within(methods.value, chosenMethod.value, METHODS[0]));

/** Whether the release has no hotspots of the level of the table. */
export const noUnit = computed((): boolean => !units.value.includes(unit.value));

/** What the names of the properties begin with; null where the release has no hotspots of the measure. */
export const stem = computed((): string | null => {
  if (noUnit.value) return null;
  const layer = layerOf(source.value);
  if (measure.value === "uptake" && !services.value.includes(service.value)) return null;
  const found = unit.value === CATCHMENT ? measure.value : stemOf(measure.value, service.value, mode.value, cardGroup.value);
  return layer && holds(layer, found) ? found : null;
});

export const chooseMeasure = (id: string): void => void batch(() => ([chosenMeasure.value, cluster.value] = [id as Measure, null]));
export const chooseMethod = (id: string): void => void (chosenMethod.value = id as Method);

export function chooseUnit(id: string): void {
  batch(() => {
    otherUnit.value = isArea(id) ? null : id;
    if (isArea(id)) level.value = id;
    selected.value = null;
  });
}

/** The choice as parts of the address, while the hotspots are shown. */
export function hotspotParts(): [string, string | null][] {
  if (!hotspotsOn.value) return [];
  return [
    ["hotspot", measure.value], ["hotspot_method", method.value], ["hotspot_unit", isArea(unit.value) ? null : unit.value],
    ["hotspot_clusters", clustersShown.value ? null : "off"], ["hotspot_cluster", cluster.value],
  ];
}

/** Takes in what an address says. */
export function takeHotspots(asked: URLSearchParams): void {
  batch(() => {
    chosenMeasure.value = within(MEASURES, asked.get("hotspot") as Measure | null, "migrants");
    chosenMethod.value = within(METHODS, asked.get("hotspot_method") as Method | null, METHODS[0]);
    otherUnit.value = [CELL, CATCHMENT].find((id) => id === asked.get("hotspot_unit")) ?? null;
    clustersShown.value = asked.get("hotspot_clusters") !== "off";
    cluster.value = asked.get("hotspot_cluster");
  });
}
