/** Which of the flows are shown: kind of move, time since arrival, and those far above what distance and size explain. */

import { batch, computed, signal } from "@preact/signals";
import { FLOWS, layerOf, within } from "../state";
import { EXCESS } from "./flows";

/** The classes of the census. */
export const RELATIONS = ["same_county", "same_province", "other_province"] as const;
export type Relation = (typeof RELATIONS)[number];
/** The properties that count people by time since they came. */
export const ARRIVALS = ["arrived_under_1", "arrived_1_to_5", "arrived_over_5"] as const;
export type Arrival = (typeof ARRIVALS)[number];

export const relation = signal<Relation | null>(null);
export const arrival = signal<Arrival | null>(null);
export const excess = signal(false);

/** Whether the release has the property at all. */
export const has = (property: string): boolean => layerOf(FLOWS)?.columns.some((c) => c.name === property) ?? false;

/** Moves inside a province are known by the finest origins: a province as an origin is both of its kinds. */
export const needsFine = computed(() => relation.value === "same_county" || relation.value === "same_province");

export const filterCount = computed((): number => [relation.value !== null, arrival.value !== null, excess.value].filter(Boolean).length);

/** The filters as parts of the address. */
export const filterParts = (): [string, string | null][] => [
  ["flow_relation", relation.value], ["flow_arrived", arrival.value], ["flow_excess", excess.value ? "1" : null],
];

/** Takes in what an address says; of two filters that exclude each other, the first. */
export function takeFilters(asked: URLSearchParams): void {
  batch(() => {
    relation.value = within<Relation | null>(RELATIONS, asked.get("flow_relation") as Relation | null, null);
    const came = within<Arrival | null>(ARRIVALS, asked.get("flow_arrived") as Arrival | null, null);
    arrival.value = came && has(came) && !needsFine.value ? came : null;
    excess.value = asked.get("flow_excess") === "1" && has(EXCESS) && arrival.value === null;
  });
}
