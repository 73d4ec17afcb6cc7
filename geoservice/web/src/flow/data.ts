/** The flows of the view of now, and what is to be known of a release's flows before any can be asked for. */

import { computed, effect } from "@preact/signals";
import { fetchSome, inParts, itemsUrl, number, type Query } from "../api";
import { loadAreas, type Area } from "../data";
import { Loaded } from "../loaded";
import { once } from "../series";
import { FLOWS, flowsOn, layerOf, manifest } from "../state";
import type { Feature } from "../types";
import { areaLevel, direction, geographyOf, GEOGRAPHIES, levels, ORIGINS, origins, place, top, type AreaFlows, type Levels } from "./choice";
import { ARRIVALS, arrival, excess, has, relation } from "./filters";
import { betweenAreas, EXCESS, firstRows, flowOf, flowQuery, hasLine, type Flow } from "./flows";

/** What a release says of its flows: the levels of areas, and the areas. */
export interface Known extends Levels {
  named: ReadonlyMap<string, readonly Area[]>;
}

const FIRST = ["destination_level", "origin_level", ARRIVALS[0]];

/** The first row of a geography of the layer, if the release has it. */
const first = async (query: Query): Promise<Feature | undefined> =>
  (await fetchSome(FLOWS, { ...query, properties: FIRST.filter((name, i) => i < 2 || has(name)).join(), skipGeometry: true, limit: 1 }))[0];

/** The flows into one level of areas, if there are any. */
async function loadLevel(geographies: (typeof GEOGRAPHIES)[number]): Promise<AreaFlows | null> {
  const both = ORIGINS.map((id) => geographies[id]);
  const [rows, explained] = await Promise.all([
    Promise.all(both.map((geography) => first({ geography }))),
    Promise.all(both.map(async (geography) => has(EXCESS) && (await first({ geography, filter: `${EXCESS} IS NOT NULL` })) !== undefined)),
  ]);
  const [coarse, detailed] = rows;
  const row = coarse ?? detailed;
  if (!row) return null;
  return {
    level: String(row.properties["destination_level"]), wideLevel: String(coarse?.properties["origin_level"] ?? ""),
    wide: coarse ? geographies.wide : null, fine: detailed ? geographies.fine : null,
    arrivals: number(coarse?.properties[ARRIVALS[0]]) !== null, modelled: ORIGINS.filter((_, i) => explained[i]),
  };
}

const units = (of: readonly Area[]): string[] => of.map((a) => a.unit);
/** Whether any flow leads from one of these areas to another. */
const exchange = async (geography: string, of: readonly Area[]): Promise<boolean> =>
  of.length > 1 && (await Promise.all(inParts(units(of)).map((codes) => first({ geography, filter: betweenAreas(codes) })))).some((row) => row !== undefined);

async function loadKnown(): Promise<Known> {
  const areas = (await Promise.all(GEOGRAPHIES.map(loadLevel))).filter((a) => a !== null);
  const named = new Map(await Promise.all(areas.map(async ({ level }) => [level, await loadAreas({ geography: level })] as const)));
  const exchanged = await Promise.all(areas.map(({ level, fine }) => fine !== null && exchange(fine, named.get(level)!)));
  return { areas, named, exchanging: areas.filter((_, i) => exchanged[i]).map((a) => a.level) };
}

export const known = new Loaded<Known>(() => (layerOf(FLOWS) ? manifest.value.version : null), () => once("flow levels", loadKnown));

/** The areas of the level shown. */
export const areas = computed((): readonly Area[] => known.value.value?.named.get(areaLevel.value ?? "") ?? []);

/** The query of the view, null until the levels are known; several by their origins where an address has no room for all areas. */
const queries = computed((): Query[] | null => {
  const level = areaLevel.value;
  if (known.value.value === null || !flowsOn.value || level === null) return null;
  const unit = place.value?.level === level ? place.value.unit : null;
  const of = direction.value === "in" ? [[]] : inParts(units(areas.value));
  return of.map((codes) => flowQuery({ direction: direction.value, geography: geographyOf(level, origins.value), top: top.value, unit, units: codes, relation: relation.value, arrival: arrival.value, excess: excess.value }));
});
/** The query of the view where it is one. */
export const query = computed((): Query | null => (queries.value?.length === 1 ? queries.value[0]! : null));

export const flows = new Loaded<Flow[]>(
  () => (queries.value ? JSON.stringify(queries.value) : null),
  async () => {
    const [asked, came, most] = [queries.value!, arrival.value, top.value];
    const found = await once(JSON.stringify(["flows", asked]), () => Promise.all(asked.map((one) => fetchSome(FLOWS, { ...one, skipGeometry: true }))));
    return firstRows(found.flat(), came ?? "persons", most).map((f) => flowOf(f, came));
  },
);

/** Flows that have a line on the map. */
export const lines = computed((): Flow[] => (flows.value.value ?? []).filter(hasLine));

export const csvUrl = computed((): string | null => query.value && itemsUrl(FLOWS, { f: "csv", ...query.value }));

/** Keeps the flows with the choice from now on. */
export function keepFlows(): (() => void)[] {
  const learn = effect(() => {
    if (!known.value.value) return;
    levels.value = known.value.value;
    if (levels.value.exchanging.length === 0) direction.value = "in"; // an address may ask for what another release has
  });
  return [known.keep(), learn, flows.keep()];
}
