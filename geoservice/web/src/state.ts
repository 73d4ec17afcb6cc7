/** What the reader has chosen. Signals alone; what follows from them is computed. The address holds the choice (address.ts). */

import { batch, computed, signal } from "@preact/signals";
import { follows, type Part } from "./columns";
import { chosenKind, colouredBy, kindsOf } from "./equal/compare";
import { scheme } from "./scheme";
import type { Layer, Manifest } from "./types";

export type SortKey = "name" | "people" | "share" | "left" | "resident" | "migrant" | "gap" | "median";
/** The columns of the table of gaps, in their order. */
export const GAP_SORTS = ["name", "people", "reached", "longest"] as const;
export type GapSort = (typeof GAP_SORTS)[number];
export const TABS = ["question", "areas", "gaps", "stations", "flows", "hotspots", "fairness", "scorecard", "vans", "data"] as const;
export type Tab = (typeof TABS)[number];

export const manifest = signal<Manifest>(undefined as unknown as Manifest);
export const study = computed(() => manifest.value.study);

export const service = signal("");
export const mode = signal("");
/** What the controls of tier, group and minutes were set to; what counts is `tier`, `group` and `minutes`. */
export const chosen = { tier: signal("any"), group: signal("all"), minutes: signal(0) };
export const level = signal("");
/** The area whose parts are shown, by its code; null is all of the study. */
export const parent = signal<string | null>(null);
export const theme = signal("");
export const overlays = signal<ReadonlySet<string>>(new Set());
export const selected = signal<string | null>(null);
export const hovered = signal<string | null>(null);
export const selectedGap = signal<string | null>(null);
export const selectedStation = signal<string | null>(null);
export const tab = signal<Tab>("areas");
export const sort = signal<{ key: SortKey; down: boolean }>({ key: "share", down: false });
export const gapSort = signal<{ key: GapSort; down: boolean }>({ key: "reached", down: true });
/** Where the map stands; null until it has been drawn. */
export const view = signal<{ zoom: number; lat: number; lon: number } | null>(null);

/** The layer of areas, with their names and the areas above them. */
export const AREAS = "coverage";
const MANY = 4000;
/** Whether a study has so many areas that no view shows all of them: it begins with the largest, and an area chosen is opened. */
export const wide = computed((): boolean => (layerOf(AREAS)?.features ?? 0) > MANY);

/** Flows between areas have a map and a table of their own (flow/); they take the place of a layer that fills the map. */
export const FLOWS = "flows";
/** Layers that the flow map takes the place of. */
const ON_FLOW_MAP = [FLOWS, "origins"];
/** So have hotspots (hotspot/), with clusters as outlines on the same map. */
export const HOTSPOTS = "hotspots";
export const HOTSPOT_CATCHMENTS = "hotspot_catchments";
export const CLUSTERS = "clusters";
/** Uptake of services by area: of the last period on the map, of all periods as scorecards (scorecard/). */
export const INDICATORS = "indicators";
export const SCORECARDS = "scorecards";
export const SCORECARD = "scorecard";
const ON_HOTSPOT_MAP = [HOTSPOTS, HOTSPOT_CATCHMENTS, CLUSTERS];
/** Migrants beside residents (equal/): the layer fills the map as others do, coloured by what is compared. */
export const FAIRNESS = "fairness";
/** Views that have a tab of their own. */
const WITH_TAB: readonly string[] = [FLOWS, HOTSPOTS, FAIRNESS];
/** Layers that fill the map exclude each other; gaps, points and lines lie on top. */
const ORDER = ["coverage", "cells", "fairness", "uncovered", "readiness", "accessibility", "capacity", "inequality", "catchments", "locations"];
const rank = (layer: Layer): number => (ORDER.includes(layer.id) ? ORDER.indexOf(layer.id) : ORDER.length);
const inScheme = (l: Layer): Layer => (scheme.value === "dark" ? { ...l, style: { ...l.style, ...l.style.dark } } : l);
const asCompared = (l: Layer): Layer => (l.id === FAIRNESS && kindsOf(l).includes(chosenKind.value) ? colouredBy(l, chosenKind.value) : l);
/** The layers with the colours of the scheme. */
const layers = computed(() => manifest.value.layers.map((l) => asCompared(inScheme(l))));
/** The colour of the land on which layers lie. */
export const land = computed(() => (scheme.value === "dark" ? manifest.value.darkGround : manifest.value.ground));
const drawn = computed(() => layers.value.filter((l) => l.geometry !== "none" && l.style.kind !== "none"));
export const themes = computed(() =>
  drawn.value.filter((l) => l.geometry === "polygon" && l.id !== "gaps" && !ON_HOTSPOT_MAP.includes(l.id)).sort((a, b) => rank(a) - rank(b)),
);
export const onTop = computed(() => drawn.value.filter((l) => !themes.value.includes(l) && ![...ON_FLOW_MAP, ...ON_HOTSPOT_MAP].includes(l.id)));
export const layerOf = (id: string): Layer | undefined => layers.value.find((l) => l.id === id);
/** What can be chosen to fill the map: views with a tab of their own come last. */
export const views = computed(() => [...themes.value, ...WITH_TAB.flatMap((id) => (themes.value.some((l) => l.id === id) ? [] : (layerOf(id) ?? [])))]);
export const themeLayer = computed(() => views.value.find((l) => l.id === theme.value));
export const flowsOn = computed(() => themeLayer.value?.id === FLOWS);
export const hotspotsOn = computed(() => themeLayer.value?.id === HOTSPOTS);
export const fairnessOn = computed(() => themeLayer.value?.id === FAIRNESS);
/** The tab that comes with the view, if it has one. */
export const ownTab = (id: string): Tab | null => (WITH_TAB.includes(id) ? (id as Tab) : null);

/** Shows another layer. A view with a tab of its own leaves with it. */
export function chooseTheme(id: string): void {
  batch(() => {
    theme.value = id;
    if (ownTab(tab.value) && tab.value !== id) tab.value = "areas";
  });
}

const MAIN_GROUPS = ["all", "resident", "migrant"];
export const groups = computed(() => [
  "all",
  ...(study.value.migrants ? ["resident", "migrant"] : []),
  ...study.value.groups.map((g) => g.id),
]);
export const tiers = computed(() => ["any", ...study.value.tiers]);
export const standardOf = (id: string): number => study.value.services.find((s) => s.id === id)?.standard_minutes ?? 0;
export const standard = computed(() => standardOf(service.value));

/** The break that stands for a number of minutes: the first that is not below it. */
const breakFor = (wanted: number): number => study.value.minutes.find((m) => m >= wanted) ?? study.value.minutes.at(-1) ?? 0;

/**
 * Why a control is without effect, as a key of the texts, or null. What one control cannot change on the map it does not change
 * in the table either, so that all that is shown answers one question. Single tiers are released for the main groups alone.
 */
export function idle(part: Part): "layer" | "group" | null {
  if (themeLayer.value && !follows(themeLayer.value).has(part)) return "layer";
  return part === "tier" && !MAIN_GROUPS.includes(group.value) ? "group" : null;
}

export const group = computed((): string => (idle("group") ? "all" : chosen.group.value));
export const tier = computed((): string => (idle("tier") ? "any" : chosen.tier.value));
export const minutes = computed((): number => (idle("minutes") ? breakFor(standard.value) : chosen.minutes.value));

/** People not covered are released for the standard time and all stations alone. */
export const leftOutReleased = computed(() => minutes.value === breakFor(standard.value) && tier.value === "any");
/** Gaps are known for the standard time, all stations and everybody alone. */
export const gapsApply = computed(() => leftOutReleased.value && group.value === "all");

/** Puts the question that the gaps answer. */
export function askOfGaps(): void {
  batch(() => ([chosen.minutes.value, chosen.tier.value, chosen.group.value] = [breakFor(standard.value), "any", "all"]));
}

/** Another service comes with its own standard time. */
export function chooseService(id: string): void {
  batch(() => ([service.value, chosen.minutes.value] = [id, breakFor(standardOf(id))]));
}

export function within<T>(allowed: readonly T[], wanted: T | null, otherwise: T): T {
  return wanted !== null && allowed.includes(wanted) ? wanted : otherwise;
}

/** The level that a study begins with. */
export function firstLevel(): string {
  const { levels } = study.value;
  if (wide.value) return levels[1] ?? levels[0] ?? "";
  return levels.includes("township") ? "township" : (levels.at(-1) ?? "");
}

/** Takes a manifest in: plain defaults, or what an address says where the release has it. */
export function take(asked: URLSearchParams): void {
  const { services, modes, levels, minutes: breaks } = study.value;
  const list = (name: string): string[] | null => asked.get(name)?.split(",").filter(Boolean) ?? null;
  batch(() => {
    service.value = within(services.map((s) => s.id), asked.get("service"), services[0]?.id ?? "");
    mode.value = within(modes, asked.get("mode"), modes[0] ?? "");
    chosen.tier.value = within(tiers.value, asked.get("tier"), "any");
    chosen.group.value = within(groups.value, asked.get("group"), "all");
    parent.value = asked.get("within");
    level.value = within(levels, asked.get("level"), firstLevel());
    chosen.minutes.value = within(breaks, Number(asked.get("minutes")), breakFor(standard.value));
    theme.value = within(views.value.map((l) => l.id), asked.get("theme"), views.value[0]?.id ?? "");
    const known = onTop.value.map((l) => l.id);
    overlays.value = new Set(list("on")?.filter((id) => known.includes(id)) ?? known.filter((id) => id !== "gaps"));
    [selected.value, selectedGap.value, selectedStation.value] = [asked.get("area"), asked.get("gap"), asked.get("station")];
    tab.value = within(TABS, asked.get("tab") as Tab | null, ownTab(theme.value) ?? "areas");
    if (ownTab(tab.value) && tab.value !== theme.value) tab.value = "areas";
    sort.value = sortIn(asked.get("sort"), SORTS) ?? { key: "share", down: false };
    gapSort.value = sortIn(asked.get("gap_sort"), GAP_SORTS) ?? { key: "reached", down: true };
    view.value = viewIn(asked.get("map"));
  });
}

const SORTS: SortKey[] = ["name", "people", "share", "left", "resident", "migrant", "gap", "median"];

function sortIn<T extends string>(text: string | null, keys: readonly T[]): { key: T; down: boolean } | null {
  const [, minus = "", name = ""] = /^(-?)(\w+)$/.exec(text ?? "") ?? [];
  const key = keys.find((k) => k === name);
  return key === undefined ? null : { key, down: minus === "-" };
}

function viewIn(text: string | null): { zoom: number; lat: number; lon: number } | null {
  const [zoom = NaN, lat = NaN, lon = NaN] = (text ?? "").split("/").map((part) => (part ? Number(part) : NaN));
  const there = zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return there ? { zoom, lat, lon } : null;
}

export function toggle(id: string): void {
  const next = new Set(overlays.value);
  if (!next.delete(id)) next.add(id);
  overlays.value = next;
}

export function sortBy(key: SortKey): void {
  sort.value = { key, down: sort.value.key === key ? !sort.value.down : key === "people" || key === "left" };
}

export function sortGapsBy(key: GapSort): void {
  gapSort.value = { key, down: gapSort.value.key === key ? !gapSort.value.down : key !== "name" };
}
