/** The address holds all that is chosen, so that it can be passed on; Back undoes the last choice. */

import { batch, effect } from "@preact/signals";
import { chosen, gapSort, level, manifest, mode, overlays, parent, selected, selectedGap, selectedStation, service, sort, tab, take, theme, view } from "./state";
import { flowParts, takeFlows } from "./flow/choice";
import { equalParts, takeEqual } from "./equal/choice";
import { hotspotParts, takeHotspots } from "./hotspot/choice";
import { cardParts, takeCards } from "./scorecard/choice";
import { scenarioParts, takeScenario } from "./scenario/choice";
import { compareParts, takeCompare } from "./scenario/compare/choice";
import { mapsParts, takeMaps } from "./scenario/maps/choice";
import { SITING_PARTS, sitingParts, takeSiting } from "./scenario/siting/choice";
import { takeTool, toolParts } from "./live/tool";
import { placeParts, takePlace } from "./isochrone/choice";
import { foundParts, takeFound } from "./search/choice";
import { takeZone, zoneParts } from "./zone/choice";
import { takeVans, vanParts } from "./vans/choice";
import type { Manifest } from "./types";

/** What is no choice of its own: it goes into the address, but not into the history. */
const PASSING = ["map", "tab", "sort", "gap_sort", "flow_line", "hotspot_cluster", "edits", "van", "van_week", "van_stop", ...SITING_PARTS];
/** What is put once and then moved: that it is there is a choice, where it is is not. */
const PUT = ["zone", "from", "compare_edits"];
const REST = 250;

/** The choice as the part of an address behind its "#". */
export function written(): string {
  const { tier, group, minutes } = chosen;
  const at = view.value && `${view.value.zoom}/${view.value.lat}/${view.value.lon}`;
  const parts: [string, string | null][] = [
    ["service", service.value], ["mode", mode.value], ["minutes", String(minutes.value)], ["tier", tier.value], ["group", group.value],
    ["level", level.value], ["within", parent.value], ["theme", theme.value], ["on", [...overlays.value].sort().join(",")], ["area", selected.value],
    ["gap", selectedGap.value], ["station", selectedStation.value], ["tab", tab.value],
    ["sort", (sort.value.down ? "-" : "") + sort.value.key], ["gap_sort", (gapSort.value.down ? "-" : "") + gapSort.value.key], ...flowParts(), ...hotspotParts(), ...equalParts(), ...cardParts(), ...scenarioParts(), ...mapsParts(), ...compareParts(), ...sitingParts(), ...vanParts(), ...toolParts(), ...zoneParts(), ...placeParts(), ...foundParts(), ["map", at],
  ];
  const kept = parts.filter(([key, value]) => value || (key === "on" && value === ""));
  return new URLSearchParams(kept as [string, string][]).toString();
}

const read = (): URLSearchParams => new URLSearchParams(location.hash.slice(1));

function choiceOf(parts: URLSearchParams): string {
  const kept = new URLSearchParams(parts);
  for (const key of PASSING) kept.delete(key);
  for (const key of PUT) if (kept.has(key)) kept.set(key, "");
  return kept.toString();
}

let waiting = 0;

/** Writes when the choice rests: browsers allow few changes of the address a second, and a slider on the move is one choice. */
function remember(): void {
  const next = written();
  clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    if (next === location.hash.slice(1)) return;
    const again = location.hash === "" || choiceOf(new URLSearchParams(next)) === choiceOf(read());
    history[again ? "replaceState" : "pushState"](null, "", `#${next}`);
  }, REST);
}

function takeAll(asked: URLSearchParams): void {
  batch(() => {
    takeEqual(asked);
    take(asked);
    takeFlows(asked);
    takeHotspots(asked);
    takeCards(asked);
    takeScenario(asked);
    takeSiting(asked);
    takeCompare(asked);
    takeMaps(asked);
    takeVans(asked);
    takeTool(asked);
    takeZone(asked);
    takePlace(asked);
    takeFound(asked);
  });
}

/** Takes a release in, with the choice of the address, and keeps both alike from then on. */
export function begin(release: Manifest): void {
  manifest.value = release;
  takeAll(read());
  effect(remember);
  window.addEventListener("popstate", () => {
    clearTimeout(waiting);
    takeAll(read());
  });
}
