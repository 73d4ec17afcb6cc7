/** Service gaps of the question: all of them, or where a study has very many the first in the order chosen, and more on request. */

import { computed, signal } from "@preact/signals";
import { fetchItems, fetchSome, type Query } from "./api";
import { Loaded } from "./loaded";
import { part } from "./scope";
import { once } from "./series";
import { gapSort, layerOf, mode, service, tab, type GapSort } from "./state";
import type { Feature } from "./types";

const GAPS = "gaps";
const MANY = 1000;
const PAGE = 200;

/** The property that a column of the table shows. */
export const GAP_PROPERTIES: Readonly<Record<GapSort, string>> = { name: "name_zh", people: "uncovered_persons", reached: "new_persons", longest: "longest_minutes" };

const many = computed((): boolean => (layerOf(GAPS)?.features ?? 0) > MANY);
/** How many are asked for, with the question that this is the answer to: another begins with the first page. */
const asked = signal({ question: "", most: PAGE });

const base = computed((): Query => ({ service: service.value, mode: mode.value, ...part.value }));
const ordered = computed((): Query => ({ ...base.value, sortby: (gapSort.value.down ? "-" : "") + GAP_PROPERTIES[gapSort.value.key] }));
const most = computed((): number => (asked.value.question === JSON.stringify(ordered.value) ? asked.value.most : PAGE));
const query = computed((): Query => (many.value ? { ...ordered.value, limit: most.value } : base.value));

export const gapList = new Loaded<Feature[]>(
  () => (layerOf(GAPS) && (!many.value || tab.value === GAPS) ? JSON.stringify(query.value) : null),
  () => once(`gaps ${JSON.stringify(query.value)}`, () => (many.value ? fetchSome : fetchItems)(GAPS, query.value)),
);

/** Whether there may be more gaps than those listed. */
export const moreGaps = computed((): boolean => many.value && gapList.value.value?.length === most.value);
export const askMoreGaps = (): void => void (asked.value = { question: JSON.stringify(ordered.value), most: most.value + PAGE });
