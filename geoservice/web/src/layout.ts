/** How the page is laid out: two panels beside the map, or one sheet under it on a narrow screen; kept for the next visit. */

import { effect, signal, type Signal } from "@preact/signals";
import { mediaMatches } from "./media";
import { store, stored } from "./storage";

export const narrow = mediaMatches("(max-width: 899.98px)");

function kept<T extends string>(name: string, allowed: readonly T[], first: T): Signal<T> {
  const key = `geoservice.${name}`;
  const found = stored(key) as T | null;
  const value = signal<T>(found !== null && allowed.includes(found) ? found : first);
  effect(() => store(key, value.value));
  return value;
}

export const HEIGHTS = ["low", "half", "full"] as const;
export const panels = { controls: kept("controls", ["open", "closed"], "open"), results: kept("results", ["open", "closed"], "open") };
/** Whether the table shows all its columns or the main ones. */
export const columns = kept("columns", ["main", "all"], "main");
export const sheet = kept("sheet", HEIGHTS, "half");
