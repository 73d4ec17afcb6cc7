/** The scorecards of the view of now: the records of one service, group and level. */

import { computed } from "@preact/signals";
import { fetchItems, itemsUrl, type Query } from "../api";
import { Loaded } from "../loaded";
import { part } from "../scope";
import { once } from "../series";
import { SCORECARDS, within } from "../state";
import { byRate, cardOf, scaleOf, type Card } from "./cards";
import { cardGroup, cardLevel, cardsOn, cardService, chosenPeriod } from "./choice";

export const query = computed((): Query | null =>
  cardsOn.value ? { service: cardService.value, group: cardGroup.value, level: cardLevel.value, ...part.value } : null,
);
export const fetchCards = (asked: Query): Promise<Card[]> => once(JSON.stringify([SCORECARDS, asked]), async () => (await fetchItems(SCORECARDS, asked)).map(cardOf));

export const cards = new Loaded<Card[]>(
  () => (query.value ? JSON.stringify(query.value) : null),
  () => fetchCards(query.value!),
);
export const all = computed((): Card[] => cards.value.value ?? []);
export const periods = computed((): string[] => [...new Set(all.value.map((c) => c.period))].sort());
export const period = computed((): string => within(periods.value, chosenPeriod.value, periods.value.at(-1) ?? ""));
/** The periods up to the one that is shown. */
export const until = computed((): string[] => periods.value.slice(0, periods.value.indexOf(period.value) + 1));
/** The areas of the period, the highest rate first. */
export const shown = computed((): Card[] => all.value.filter((c) => c.period === period.value).sort(byRate));
export const scale = computed((): [number, number] => scaleOf(shown.value));

export const csvUrl = computed((): string | null => query.value && itemsUrl(SCORECARDS, { f: "csv", limit: 10000, ...query.value }));
