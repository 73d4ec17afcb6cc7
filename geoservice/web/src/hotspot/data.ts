/** The hotspots of the view of now: shapes of the units, results of the measure, and clusters. */

import { computed, effect } from "@preact/signals";
import { fetchItems, inParts, itemsUrl, type Query } from "../api";
import { loadAreas, type Area } from "../data";
import { Loaded } from "../loaded";
import { anyOf } from "../flow/flows";
import { estimateOf } from "../number";
import { levelsOffered, part } from "../scope";
import { once } from "../series";
import { CLUSTERS, hotspotsOn, layerOf, level, mode, service } from "../state";
import type { Estimate, Feature } from "../types";
import { breaksOf, compareResults, isClassed, shownOf, significant, type Shown } from "./classes";
import { CATCHMENT, isArea, propertiesOf, resultsOf, type Measure, type Results } from "./columns";
import { cluster, clustersShown, measure, method, noUnit, source, stem, unit } from "./choice";

/** A unit of the map with the results of the measure. */
export interface Spot extends Area {
  results: Results;
}

/** What selects the units: of catchments those of the service and mode of the page. */
const place = (): Query => ({ geography: unit.value, ...part.value, ...(unit.value === CATCHMENT ? { service: service.value, mode: mode.value } : {}) });
const names = (): string[] => (unit.value === CATCHMENT ? ["station_name"] : ["name_zh", "name_en", "parent"]);

/** The query of the results, null where the release has none of the measure. */
export const query = computed((): Query | null => {
  const layer = layerOf(source.value);
  if (!hotspotsOn.value || !layer || stem.value === null) return null;
  return { ...place(), skipGeometry: true, properties: ["geography", "unit", ...names(), ...propertiesOf(layer, stem.value)].join(",") };
});

export const shapes = new Loaded<Feature[]>(
  () => (hotspotsOn.value && !noUnit.value ? JSON.stringify([source.value, place()]) : null),
  () => {
    const [layer, asked] = [source.value, place()];
    return once(JSON.stringify(["shapes", layer, asked]), () => fetchItems(layer, { ...asked, properties: "geography,unit" }));
  },
);

export const spots = new Loaded<Spot[]>(
  () => (query.value ? JSON.stringify([source.value, query.value]) : null),
  async () => {
    const [layer, asked, prefix] = [source.value, query.value!, stem.value!];
    const found = await once(JSON.stringify([layer, asked]), () => fetchItems(layer, asked));
    return found.map(({ properties: p }) => {
      const zh = String(p["name_zh"] ?? p["station_name"] ?? p["unit"]);
      return { unit: String(p["unit"]), zh, en: String(p["name_en"] ?? zh), results: resultsOf(p, prefix) };
    });
  },
);

const all = computed((): Spot[] => spots.value.value ?? []);
export const spotOf = (id: string | null): Spot | undefined => all.value.find((s) => s.unit === id);

/** The breaks of the rates on the map. */
export const breaks = computed((): number[] => (isClassed(method.value) ? [] : breaksOf(all.value.flatMap((s) => s.results[method.value].value ?? []))));
export const shownAs = (spot: Spot): Shown => shownOf(method.value, spot.results[method.value], breaks.value);

/** The areas of the list: those whose class is significant; of rates, all that have one. */
export const listed = computed((): Spot[] => {
  const of = method.value;
  const kept = all.value.filter(({ results }) => (isClassed(of) ? significant(of, results) : results[of].value !== null));
  return kept.sort((a, b) => compareResults(of, a.results, b.results));
});
/** Whether any area has a result: of few areas hotspots are not computed. */
export const anyResult = computed((): boolean => all.value.some((s) => s.results[method.value].value !== null || s.results[method.value].status === "unstable"));
/** How many areas have each way of being shown. */
export const counts = computed((): ReadonlyMap<Shown, number> => {
  const found = new Map<Shown, number>();
  for (const spot of all.value) found.set(shownAs(spot), (found.get(shownAs(spot)) ?? 0) + 1);
  return found;
});

export const csvUrl = computed((): string | null => query.value && itemsUrl(source.value, { f: "csv", limit: 10000, ...query.value }));

/** A group of areas with more households of a kind than chance explains, by the spatial scan statistic. */
export interface Cluster extends Area {
  level: string;
  areas: string[];
  areaCount: number;
  households: Estimate;
  share: Estimate;
  risk: Estimate;
  p: Estimate;
  geometry: GeoJSON.Geometry | null;
}

/** The group whose clusters belong to a measure. */
const GROUPS: Partial<Record<Measure, string>> = { migrants: "migrant", arrivals: "arrived_under_1", unserved: "migrant" };

/** The query of the clusters: all of their group, those of one service and mode among them. */
export const clusterQuery = computed((): Query | null => {
  const group = GROUPS[measure.value];
  if (!hotspotsOn.value || !layerOf(CLUSTERS) || !group) return null;
  return { group, ...(measure.value === "unserved" ? { service: service.value, mode: mode.value } : {}) };
});

function clusterOf({ properties: p, geometry }: Feature): Cluster {
  const zh = String(p["name_zh"] ?? p["unit"]);
  return {
    unit: String(p["unit"]), zh, en: String(p["name_en"] ?? zh), level: String(p["level"] ?? ""), areas: String(p["areas"] ?? "").split(" ").filter(Boolean), areaCount: Number(p["area_count"] ?? 0),
    households: estimateOf(p, "households"), share: estimateOf(p, "share"), risk: estimateOf(p, "relative_risk"), p: estimateOf(p, "p"), geometry,
  };
}

/** Clusters of all migrants are those without a service. */
export const clusters = new Loaded<Cluster[]>(
  () => (clusterQuery.value ? JSON.stringify(clusterQuery.value) : null),
  async () => {
    const [asked, served] = [clusterQuery.value!, measure.value === "unserved"];
    const found = await once(JSON.stringify([CLUSTERS, asked]), () => fetchItems(CLUSTERS, asked));
    const rank = (f: Feature): number => Number(f.properties["rank"] ?? Infinity);
    return found.filter((f) => served || !f.properties["service"]).sort((a, b) => rank(a) - rank(b)).map(clusterOf);
  },
);
export const outlined = computed((): Cluster[] => (clustersShown.value ? (clusters.value.value ?? []) : []));
export const marked = computed((): Cluster | undefined => outlined.value.find((c) => c.unit === cluster.value));

/** The areas of the marked cluster, by name. */
export const members = new Loaded<Area[]>(
  () => (marked.value ? marked.value.unit : null),
  async () => {
    const { level: of, areas } = marked.value!;
    return (await Promise.all(inParts(areas).map((codes) => loadAreas({ geography: of, filter: anyOf("unit", codes) })))).flat();
  },
);

/** Keeps the hotspots with the choice; the table of areas goes to a level that has them. */
export function keepHotspots(): (() => void)[] {
  const follow = effect(() => {
    if (isArea(unit.value) && level.value !== unit.value && levelsOffered.value.includes(unit.value)) level.value = unit.value;
  });
  return [follow, shapes.keep(), spots.keep(), clusters.keep(), members.keep()];
}
