/** What the maps show of two scenarios: their numbers, or the difference, and their stations. */

import { computed, effect } from "@preact/signals";
import { t } from "../../i18n";
import { level, minutes, theme } from "../../state";
import type { Estimate } from "../../types";
import { ACCESSIBILITY, compared, elsewhere, type Compared } from "../choice";
import { MAP, PRESENT, sides } from "../compare/choice";
import { answers, sideOf } from "../compare/data";
import { accessChanges, accessDifferences, areaDifferences, shareChanges } from "../compare/differences";
import { dragging, triedOf } from "../data";
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

/** The difference by area: of the scenario on the map from the present it is in its own answer, also during a drag. */
function changeByArea(): ReadonlyMap<string, Estimate> | null {
  const [isAccess, [first, second]] = [theme.value === ACCESSIBILITY, pair.value];
  if (first === PRESENT && second === MAP) {
    const own = found(1)?.answer;
    return own ? (isAccess ? accessChanges : shareChanges)(own, level.value, minutes.value) : null;
  }
  const both = answers.value.value?.[1].answer;
  if (!both) return null;
  if (isAccess) return accessDifferences(both, level.value, minutes.value);
  return new Map(areaDifferences(both, level.value, minutes.value).map((row) => [row.unit, row.change]));
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
  const show = (next: Compared | null): void => {
    const waits = dragging.value && next !== null && "change" in next && next.change === null;
    if (!waits) compared.value = next; // the difference of a moment ago stays on the map during a drag
  };
  const stops = [effect(() => show(now.value)), effect(() => void (elsewhere.value = mapsView.value !== "one" && pair.value[1] !== MAP))];
  return () => {
    for (const stop of stops) stop();
    [compared.value, elsewhere.value] = [null, false];
  };
}
