/** Which tool takes the clicks on the map, and its part of the address. A scenario stays open beneath a tool. */

import { batch, computed, signal } from "@preact/signals";
import { isCopy } from "../copy";
import { layerOf, ownTab, theme, themes } from "../state";

export const TOOLS = ["zone", "isochrone"] as const;
export type Tool = (typeof TOOLS)[number];

/** The layer that decides who may ask, and whose view the tools open. */
const COVERAGE = "coverage";
const chosen = signal<Tool | null>(null);

export const toolsThere = computed((): boolean => layerOf(COVERAGE) !== undefined);
export const tool = computed((): Tool | null => (!isCopy && toolsThere.value && !ownTab(theme.value) ? chosen.value : null));

/** Opens a tool in place of any other. A view with a tab of its own makes room. */
export function openTool(id: Tool): void {
  batch(() => {
    chosen.value = id;
    if (ownTab(theme.value) && themes.value.some((l) => l.id === COVERAGE)) theme.value = COVERAGE;
  });
}

export const closeTool = (): void => void (chosen.value = null);

export const toolParts = (): [string, string | null][] => [["tool", tool.value]];

/** Takes in what an address says. */
export function takeTool(address: URLSearchParams): void {
  const asked = address.get("tool") as Tool | null;
  chosen.value = asked && TOOLS.includes(asked) ? asked : null;
}
