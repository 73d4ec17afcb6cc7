/** What the maps show of two scenarios: their numbers, or the difference, and their stations. */

import { computed, effect } from "@preact/signals";
import { t } from "../../i18n";
import { level, minutes, study, theme } from "../../state";
import type { Estimate } from "../../types";
import { ACCESSIBILITY, compared, elsewhere, type Compared } from "../choice";
import { MAP, PRESENT, sideOf, sides } from "../compare/data";
import { accessDifferences, areaDifferences } from "../compare/differences";
import { triedOf } from "../data";
import type { Edits } from "../edits";
import { rowsAt } from "../rows";
import { scenarios } from "../saved/saved";
import { mapsView, unfolded } from "./choice";

/** The two sides: those of "Compare two scenarios" while it is open, otherwise the present and the scenario on the map. */
const pair = computed((): readonly [string, string] => (unfolded.value ? [sides[0].value, sides[1].value] : [PRESENT, MAP]));
const found = (number: 0 | 1) => sideOf(pair.value[number], number);

/** The name of a side, as the map has it. */
export function sideName(number: 0 | 1): string {
  const side = pair.value[number];
  if (side === PRESENT) return t("maps.present");
  const stored = scenarios.value.find((s) => s.id === side);
  if (side === MAP) return t(unfolded.value ? "maps.on_map" : "maps.scenario");
  return stored ? stored.name : t("maps.linked");
}

/** The edits of a side; a map shows its stations with them. */
export const sideEdits = (number: 0 | 1): Edits => found(number)?.edits ?? [];

function changeByArea(): ReadonlyMap<string, Estimate> | null {
  const [first, second] = [found(0)?.answer, found(1)?.answer];
  if (!first || !second) return null;
  if (theme.value === ACCESSIBILITY) return accessDifferences(first, second, level.value, minutes.value);
  const hideBelow = study.value.disclosure?.hide_below ?? null;
  return new Map(areaDifferences(first, second, level.value, minutes.value, hideBelow).map((row) => [row.unit, row.change]));
}

function triedOn(number: 0 | 1) {
  const answer = found(number)?.answer;
  return answer ? triedOf(rowsAt(answer, level.value, minutes.value)) : null;
}

const now = computed((): Compared | null => {
  if (mapsView.value === "one") return null;
  return mapsView.value === "difference" ? { change: changeByArea() } : { first: triedOn(0), second: triedOn(1) };
});

/** Gives the maps their numbers until the function that comes back is called. */
export function keepCompared(): () => void {
  const stops = [effect(() => void (compared.value = now.value)), effect(() => void (elsewhere.value = mapsView.value !== "one" && pair.value[1] !== MAP))];
  return () => {
    for (const stop of stops) stop();
    [compared.value, elsewhere.value] = [null, false];
  };
}
