/** The scenario that the reader tries: whether it is open, its edits, and their parts of the address. */

import { batch, computed, signal } from "@preact/signals";
import { isCopy } from "../copy";
import { layerOf, mode, overlays, ownTab, service, study, theme, themes, tier, toggle } from "../state";
import type { Estimate } from "../types";
import { changed, decoded, encoded, freeId, removed, type Change } from "./edits";
import { recorded, redone, startOf, undone, type History } from "./history";

export const COVERAGE = "coverage";
export const STATIONS = "stations";
export const ACCESSIBILITY = "accessibility";

const asked = signal(false);
export const history = signal<History>(startOf());
export const edits = computed(() => history.value.now);
/** Whether the present is shown in place of the scenario. */
export const present = signal(false);
/** Whether the map shows another scenario than the one that is edited, beside what that is compared with. */
export const elsewhere = signal(false);
/** Whether what the map shows cannot be edited. */
export const locked = computed((): boolean => present.value || elsewhere.value);
/** The station whose marker can be moved by the keyboard though it has no edit. */
export const picked = signal<string | null>(null);

/** Numbers of areas in a scenario that take the place of the released ones on the map. */
export interface Tried {
  share: Estimate;
  left: Estimate;
  /** Null where it was not asked for, or nothing states a capacity. */
  access: Estimate | null;
}
export type TriedAreas = ReadonlyMap<string, Tried>;
export const tried = signal<TriedAreas | null>(null);

/** What is compared on the map: the numbers of two scenarios, or their difference by area; null while there is no answer. */
export type Compared = { first: TriedAreas | null; second: TriedAreas | null } | { change: ReadonlyMap<string, Estimate> | null };
export const compared = signal<Compared | null>(null);

const accessAsked = signal(false);
/** Whether the release has the accessibility of areas for the service and mode chosen. */
export const accessThere = computed((): boolean =>
  Boolean(layerOf(ACCESSIBILITY)?.columns.some((c) => c.measure === "access_capacity" && c.dimensions.service === service.value && c.dimensions.mode === mode.value)),
);
/** Whether accessibility is asked for as well; an answer with it takes longer. */
export const accessOn = computed((): boolean => accessAsked.value && accessThere.value);

/** Layers whose numbers are those of the scenario. */
export const following = computed((): readonly string[] => [COVERAGE, "uncovered", ...(accessOn.value ? [ACCESSIBILITY] : [])]);

/** Asks for accessibility, or no longer; the layer of it follows the scenario as long as it is asked for. */
export function askAccess(on: boolean): void {
  batch(() => {
    accessAsked.value = on;
    if (!on && theme.value === ACCESSIBILITY && themes.value.some((l) => l.id === COVERAGE)) theme.value = COVERAGE;
  });
}

export const there = computed((): boolean => layerOf(COVERAGE) !== undefined && layerOf(STATIONS) !== undefined);
export const scenarioOn = computed((): boolean => !isCopy && asked.value && there.value && !ownTab(theme.value));

/** Shows a layer that follows the scenario. */
export function showFollowing(): void {
  if (!following.value.includes(theme.value) && themes.value.some((l) => l.id === COVERAGE)) theme.value = COVERAGE;
}

/** Opens the scenario, with the layers that show it. */
export function openScenario(): void {
  batch(() => {
    asked.value = true;
    showFollowing();
    if (!overlays.value.has(STATIONS)) toggle(STATIONS);
  });
}

/** Leaves the scenario; its edits come back when it is opened again. */
export function leaveScenario(): void {
  batch(() => ([asked.value, present.value, picked.value] = [false, false, null]));
}

const record = (next: History["now"], key: string | null = null): void => void (history.value = recorded(history.value, next, key));

export const change = (station: string, what: Change, key: string | null = null): void => record(changed(edits.value, station, what), key);
export const remove = (station: string): void => record(removed(edits.value, station));
export const clearAll = (): void => record([]);
/** Puts other edits in the place of all; one step back brings these again. */
export const replaceAll = (next: History["now"]): void => record(next);
export const undo = (): void => void (history.value = undone(history.value));
export const redo = (): void => void (history.value = redone(history.value));

/** Degrees to about 0.1 m. */
const round = (value: number): number => Number(value.toFixed(6));

export const move = (station: string, lon: number, lat: number, key: string | null = null): void => change(station, { lon: round(lon), lat: round(lat) }, key);

/** The tier of new stations: the one chosen, otherwise the finest. */
const tierOfNew = (): string => (tier.value !== "any" ? tier.value : study.value.tiers.includes("village") ? "village" : (study.value.tiers.at(-1) ?? "village"));

/** A new station that offers the service chosen. */
export const newAt = (lon: number, lat: number): Change => ({ lon: round(lon), lat: round(lat), tier: tierOfNew(), services: [service.value] });

/** Puts a new station that offers the service chosen; returns its id. */
export function put(lon: number, lat: number, known: ReadonlySet<string>): string {
  const station = freeId(edits.value, known);
  change(station, newAt(lon, lat));
  return station;
}

/** The scenario as parts of the address, while it is open. */
export const scenarioParts = (): [string, string | null][] => (scenarioOn.value ? [["scenario", "on"], ["edits", encoded(edits.value)], ["access", accessOn.value ? "on" : null]] : []);

/** Takes in what an address says; what was left before can still be undone. */
export function takeScenario(address: URLSearchParams): void {
  batch(() => {
    asked.value = address.get("scenario") === "on";
    accessAsked.value = asked.value && address.get("access") === "on";
    if (!asked.value) return leaveScenario();
    const found = decoded(address.get("edits") ?? "", { tiers: study.value.tiers, services: study.value.services.map((s) => s.id) });
    if (history.value.past.length || edits.value.length) record(found);
    else history.value = startOf(found);
  });
}
