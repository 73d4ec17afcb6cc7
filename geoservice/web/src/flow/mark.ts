/** Which flow is pointed at, on the map, in the chart or in the table: marked in all three. */

import { computed, signal } from "@preact/signals";
import { flows } from "./data";
import type { Flow } from "./flows";
import { pinned } from "./choice";

/** The flow under the pointer or with the focus, and where on the map if it is there. */
export const pointed = signal<{ key: string; x?: number; y?: number } | null>(null);

/** The flow that is marked: the one pointed at, otherwise the one that was chosen. */
export const marked = computed((): Flow | null => {
  const key = pointed.value?.key ?? pinned.value;
  return (key !== null && flows.value.value?.find((f) => f.key === key)) || null;
});

export const point = (key: string | null): void => void (pointed.value = key === null ? null : { key });
export const pin = (key: string): void => void (pinned.value = pinned.value === key ? null : key);

/** What rows and bars do with the pointer. */
export const pointing = (key: string) => ({ onMouseEnter: () => point(key), onMouseLeave: () => point(null) });
