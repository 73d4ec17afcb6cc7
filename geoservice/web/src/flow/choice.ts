/** What the reader has chosen on the flow map: direction, levels, number of flows, area, line. The address holds all of it. */

import { batch, computed, signal } from "@preact/signals";
import { FLOWS, flowsOn, layerOf, level, study, view, within } from "../state";
import { levelAt } from "../zooms";
import { arrival, excess, filterParts, needsFine, takeFilters } from "./filters";

export const DIRECTIONS = ["in", "out", "between"] as const;
export type Direction = (typeof DIRECTIONS)[number];
/** Wide origins are provinces; fine ones are counties and townships of large provinces, and the provinces that are not large. */
export const ORIGINS = ["wide", "fine"] as const;
export type Origins = (typeof ORIGINS)[number];
export const TOPS = [10, 20, 50, 100] as const;
const FIRST_TOP = 20;
/** No line is looked at from nearer. */
const CLOSEST = 14;
/** The geographies of the layer: those of the largest areas, and those of the areas below them. */
export const GEOGRAPHIES: readonly Readonly<Record<Origins, string>>[] = [
  { wide: "flow", fine: "flow_detail" },
  { wide: "flow_local", fine: "flow_local_detail" },
];

/** The flows into the areas of a level, by geography; null is one that the release does not have. */
export interface AreaFlows {
  level: string;
  wide: string | null;
  fine: string | null;
  /** The level of the wide origins. */
  wideLevel: string;
  /** Whether people are counted by the time since they came. */
  arrivals: boolean;
  /** The origins by which a model says what distance and size explain. */
  modelled: readonly Origins[];
}

export interface Levels {
  /** The largest areas first. */
  areas: readonly AreaFlows[];
  /** The levels with flows from one area to another. */
  exchanging: readonly string[];
}

/** An area of the release, chosen for its flows. */
export interface Place {
  level: string;
  unit: string;
}

export const direction = signal<Direction>("in");
/** Levels that do not follow the zoom; null follows it. */
export const fixed = { areas: signal<string | null>(null), origins: signal<Origins | null>(null) };
export const top = signal<number>(FIRST_TOP);
export const place = signal<Place | null>(null);
/** The flow that stays marked, by its key. */
export const pinned = signal<string | null>(null);
/** Whether the map is to move to the flows once they are there. */
export const arriving = signal(false);
/** Null until the release has been asked. */
export const levels = signal<Levels | null>(null);

/** The levels of areas that have flows of the direction. */
export const areaLevels = computed((): readonly string[] => (direction.value === "in" ? levels.value?.areas.map((a) => a.level) : levels.value?.exchanging) ?? []);

const zoom = computed((): number => view.value?.zoom ?? 0);
const begins = computed(() => layerOf(FLOWS)?.zooms ?? {});
/** The zoom at which the counties of a province begin to say more than the province. */
export const fineZoom = computed((): number => begins.value["flow_detail"] ?? Infinity);

const intoLevel = (level: string): AreaFlows | undefined => levels.value?.areas.find((a) => a.level === level);

/** The geography of flows into the areas of a level: where there is but one, that. */
export function geographyOf(level: string, origins: Origins): string {
  const { wide = null, fine = null } = intoLevel(level) ?? {};
  return (origins === "wide" ? (wide ?? fine) : (fine ?? wide)) ?? GEOGRAPHIES[0]!.wide;
}

/** The levels that have what the filters ask for; all where none has. */
export const suitedLevels = computed((): readonly string[] => {
  const suited = areaLevels.value.filter((id) => {
    const { arrivals, modelled } = intoLevel(id)!;
    return (arrival.value === null || arrivals) && (!excess.value || modelled.length > 0);
  });
  return suited.length ? suited : areaLevels.value;
});

/** The first zoom of each level of areas. */
const zooms = computed(() => Object.fromEntries(areaLevels.value.map((id) => [id, begins.value[geographyOf(id, "wide")] ?? 0])));
const areasAt = computed((): string | null => levelAt(zooms.value, zoom.value) ?? areaLevels.value[0] ?? null);
/** The levels that the zoom stands for. */
export const following = {
  areas: areasAt,
  origins: computed((): Origins => (zoom.value < fineZoom.value ? "wide" : "fine")),
};

/** An area chosen is of one level, and a level chosen goes before the one of the zoom. */
export const areaLevel = computed((): string | null => {
  const known = suitedLevels.value;
  const wanted = [place.value?.level, fixed.areas.value, following.areas.value].find((id) => id && known.includes(id));
  return wanted ?? known[0] ?? null;
});
/** Origins that are areas of the release themselves are among the fine ones. */
export const origins = computed((): Origins => {
  if (direction.value !== "in" || needsFine.value) return "fine";
  if (arrival.value !== null) return "wide";
  const modelled = excess.value ? (here.value?.modelled ?? []) : [];
  if (modelled.length === 0) return fixed.origins.value ?? following.origins.value;
  return fixed.origins.value && modelled.includes(fixed.origins.value) ? fixed.origins.value : modelled.at(-1)!; // the finest
});

/** The zoom up to which the levels stay as they are. */
export const lastZoom = computed((): number => {
  const areasFollow = place.value === null && fixed.areas.value === null;
  const next = areasFollow ? Object.entries(zooms.value).flatMap(([id, first]) => (id !== areaLevel.value && first > zoom.value ? [first] : [])) : [];
  const originsFollow = direction.value === "in" && fixed.origins.value === null && origins.value === "wide";
  return Math.min(CLOSEST, ...(originsFollow ? [fineZoom.value] : []), ...next) - 0.05;
});

/** The flows into the areas of the level shown. */
export const here = computed((): AreaFlows | undefined => (areaLevel.value === null ? undefined : intoLevel(areaLevel.value)));

/** The level of the areas on the map: that of the flows where these are shown. */
export const drawnLevel = computed((): string => (flowsOn.value ? (areaLevel.value ?? level.value) : level.value));

/** Chooses an area, or none if it is chosen already. */
export function choosePlace(next: Place | null): void {
  const again = next !== null && next.unit === place.value?.unit && next.level === place.value.level;
  batch(() => ([place.value, pinned.value] = [again ? null : next, null]));
}

/** Areas of another level leave the area chosen. */
export function chooseAreas(id: string | null): void {
  batch(() => ([fixed.areas.value, place.value, pinned.value] = [id, null, null]));
}

/** The choice as parts of the address, while the flows are shown. */
export function flowParts(): [string, string | null][] {
  if (!flowsOn.value) return [];
  const at = place.value && `${place.value.level}:${place.value.unit}`;
  return [
    ["flow", direction.value], ["flow_areas", fixed.areas.value], ["flow_origins", fixed.origins.value],
    ["flow_top", String(top.value)], ["flow_place", at], ...filterParts(), ["flow_line", pinned.value],
  ];
}

/** Takes in what an address says. */
export function takeFlows(asked: URLSearchParams): void {
  const [, of = "", unit = ""] = /^(\w+):(.+)$/.exec(asked.get("flow_place") ?? "") ?? [];
  const known = study.value.levels;
  batch(() => {
    direction.value = within(DIRECTIONS, asked.get("flow") as Direction | null, "in");
    fixed.areas.value = within<string | null>(known, asked.get("flow_areas"), null);
    fixed.origins.value = within<Origins | null>(ORIGINS, asked.get("flow_origins") as Origins | null, null);
    top.value = within<number>(TOPS, Number(asked.get("flow_top")), FIRST_TOP);
    place.value = known.includes(of) ? { level: of, unit } : null;
    takeFilters(asked);
    pinned.value = asked.get("flow_line");
    arriving.value = flowsOn.value && view.value === null;
  });
}
