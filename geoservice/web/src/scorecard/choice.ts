/** What the reader has chosen of the scorecards: service and level of the page, group, period. The address holds all of it. */

import { batch, computed, signal } from "@preact/signals";
import { levelsOffered } from "../scope";
import { chosen, INDICATORS, layerOf, level, SCORECARDS, SCORECARD, service, study, tab, wide, within } from "../state";

const chosenGroup = signal<string | null>(null);
/** The period asked for; null is the last. */
export const chosenPeriod = signal<string | null>(null);

export const there = computed((): boolean => layerOf(SCORECARDS) !== undefined);
export const cardsOn = computed((): boolean => there.value && tab.value === SCORECARD);

/** Services with their groups, of which the release has uptake. */
const pairs = computed((): [string, string][] => {
  const columns = layerOf(INDICATORS)?.columns ?? [];
  return columns.flatMap(({ measure, dimensions: d }) => (measure === "eligible" && d.service && d.group ? [[d.service, d.group] as [string, string]] : []));
});
export const services = computed((): string[] => [...new Set(pairs.value.map(([s]) => s))]);
export const cardService = computed((): string => within(services.value, service.value, services.value[0] ?? ""));
export const groupsOf = (id: string): string[] => pairs.value.filter(([s]) => s === id).map(([, g]) => g);
export const groups = computed((): string[] => groupsOf(cardService.value));
export const cardGroup = computed((): string => within(groups.value, chosenGroup.value, within(groups.value, chosen.group.value, groups.value[0] ?? "")));

/** The levels of the release; of many areas, those that the table offers. */
export const levels = computed((): string[] => (wide.value ? levelsOffered.value : study.value.levels).filter((id) => id in (layerOf(INDICATORS)?.zooms ?? {})));
export const cardLevel = computed((): string => within(levels.value, level.value, levels.value.at(wide.value ? 0 : -1) ?? ""));

export const chooseGroup = (id: string): void => void (chosenGroup.value = id);

/** The choice as parts of the address, while the scorecards are shown. */
export function cardParts(): [string, string | null][] {
  return cardsOn.value ? [["card_group", chosenGroup.value], ["card_period", chosenPeriod.value]] : [];
}

/** Takes in what an address says. */
export function takeCards(asked: URLSearchParams): void {
  batch(() => ([chosenGroup.value, chosenPeriod.value] = [asked.get("card_group"), asked.get("card_period")]));
}
