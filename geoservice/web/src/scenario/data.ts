/** The stations of the release with their places, and the answers to the questions of the scenario. */

import { computed, effect } from "@preact/signals";
import { fetchItems } from "../api";
import { now, whole } from "../data";
import { Asking } from "../live/asking";
import { Drag } from "../live/drag";
import { Loaded } from "../loaded";
import { summary } from "../rows";
import { once } from "../series";
import { group, level, minutes, mode, service, tier } from "../state";
import { leftOut } from "../table";
import type { Feature } from "../types";
import { accessOn, edits, picked, present, scenarioOn, STATIONS, tried, type TriedAreas } from "./choice";
import { isNew, kindOf, type Edit, type EditKind, type Edits } from "./edits";
import { accessRows, changedRows, overallOf, rowsAt, stationRows, summedOverall, unchanged, type Answer, type AreaRow, type Overall, type StationRow } from "./rows";

/** A station of the release where it stands. */
export interface Place {
  unit: string;
  zh: string;
  en: string;
  tier: string;
  services: string[];
  capacity: number | null;
  lon: number;
  lat: number;
}

function placeOf({ geometry, properties: p }: Feature): Place[] {
  if (geometry?.type !== "Point") return [];
  const [lon = 0, lat = 0] = geometry.coordinates;
  const name = String(p["name_zh"] ?? p["name_en"] ?? p["unit"]);
  const services = String(p["services"] ?? "").split(" ").filter(Boolean);
  return [{ unit: String(p["unit"]), zh: name, en: String(p["name_en"] ?? name), tier: String(p["tier"] ?? ""), services, capacity: typeof p["capacity"] === "number" ? p["capacity"] : null, lon, lat }];
}

const PROPERTIES = "unit,name_zh,name_en,tier,services,capacity";
export const places = new Loaded<ReadonlyMap<string, Place>>(
  () => (scenarioOn.value ? STATIONS : null),
  async () => new Map((await once("stations with places", () => fetchItems(STATIONS, { properties: PROPERTIES }))).flatMap(placeOf).map((p) => [p.unit, p])),
);
export const known = computed((): ReadonlySet<string> => new Set(places.value.value?.keys() ?? []));

/** Edits of stations that the release has, and new ones: a link may be older than the release. */
export const sent = computed((): Edits => edits.value.filter((e) => isNew(e) || known.value.has(e.station)));

/** The question but for its edits. */
const trip = computed((): string => JSON.stringify([service.value, mode.value, tier.value, group.value, accessOn.value]));
/** What is asked of some edits. */
export const inputsFor = (of: Edits): Record<string, unknown> => ({
  service: service.value, mode: mode.value, tier: tier.value, group: group.value, edits: of, areas: "changed", ...(accessOn.value ? { access: true } : {}),
});
const question = computed((): string | null => (scenarioOn.value && places.value.value ? JSON.stringify(inputsFor(sent.value)) : null));

export const drag = new Drag();
/** Whether a station is being dragged: then the numbers may be those of where it was a moment ago. */
export const dragging = drag.on;
const asking = new Asking<Answer>("station-scenario", question, trip, dragging);
export const { answer, problem, first, retry } = asking;
export const busy = computed((): boolean => asking.busy.value && places.problem.value === null);

const levelRows = computed((): AreaRow[] => (answer.value ? rowsAt(answer.value, level.value, minutes.value) : []));
/** Whether the answer has accessibility: it has none where no station states a capacity. */
export const accessKnown = computed((): boolean => (answer.value?.areas ?? []).every((a) => a.access !== undefined));
export const accessAreas = computed(() => accessRows(levelRows.value));
export const areaRows = computed((): AreaRow[] => changedRows(levelRows.value));
export const closed = computed((): ReadonlySet<string> => new Set(edits.value.filter((e) => e.open === false).map((e) => e.station)));
export const loads = computed((): StationRow[] => (answer.value ? stationRows(answer.value, closed.value) : []));
export const offStreet = computed((): ReadonlySet<string> => new Set(answer.value?.off_street));

/** The one area that holds the study. */
function wholeRow(found: Answer): AreaRow | null | undefined {
  const [area, ...others] = whole.value?.areas ?? now.value.areas;
  if (!area || others.length > 0) return undefined;
  const geography = found.areas.find((a) => a.unit === area.unit)?.geography;
  return geography ? (rowsAt(found, geography, minutes.value).find((r) => r.unit === area.unit) ?? null) : null;
}

/** The share of the study before and after; null while it is not known. */
export const overall = computed((): Overall | null => {
  const [found, before] = [answer.value, summary.value];
  if (!found || !before) return null;
  const row = wholeRow(found);
  if (row) return overallOf(row);
  return row === null ? unchanged(before.share, before.median) : summedOverall(levelRows.value, before.share, before.people);
});

/** The numbers of the areas that change, for the map. */
export const triedOf = (rows: readonly AreaRow[]): TriedAreas =>
  new Map(rows.map((r) => [r.unit, { share: r.share, left: leftOut(r.people, r.persons, r.share), access: r.access?.after ?? null }]));

/** What stands on the map as a marker. */
export interface Marked {
  station: string;
  kind: EditKind | "picked";
  lon: number;
  lat: number;
  /** Where it stands in the release, if it has been moved. */
  from: [number, number] | null;
}

function markedOf(edit: Edit): Marked[] {
  const place = places.value.value?.get(edit.station);
  const [lon, lat] = [edit.lon ?? place?.lon, edit.lat ?? place?.lat];
  if (lon === undefined || lat === undefined || (!place && !isNew(edit))) return [];
  return [{ station: edit.station, kind: kindOf(edit), lon, lat, from: place && edit.lon !== undefined ? [place.lon, place.lat] : null }];
}

/** Where the stations of some edits stand. */
export const marksOf = (of: Edits): Marked[] => of.flatMap(markedOf);
export const marks = computed((): Marked[] => {
  const own = marksOf(edits.value);
  const place = picked.value === null ? undefined : places.value.value?.get(picked.value);
  if (!place || own.some((m) => m.station === place.unit)) return own;
  return [...own, { station: place.unit, kind: "picked", lon: place.lon, lat: place.lat, from: null }];
});

/** Asks while the scenario is open, and gives the map its numbers. */
export function keepAnswers(): (() => void)[] {
  const drawing = effect(() => void (tried.value = answer.value && !present.value ? triedOf(levelRows.value) : null));
  return [places.keep(), asking.keep(), drawing, () => void (tried.value = null)];
}
