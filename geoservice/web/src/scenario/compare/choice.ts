/** Which two scenarios are compared, and their part of the address. Light: the code of the comparison itself comes later. */

import { batch, computed, signal } from "@preact/signals";
import { study } from "../../state";
import { scenarioOn } from "../choice";
import { decoded, encoded, type Edits } from "../edits";
import { unfolded } from "../maps/choice";

/** What a side is: the release, the edits on the map, those of a link, or a stored scenario by its id. */
export const PRESENT = "present";
export const MAP = "map";
export const LINK = "link";
const FIRST = [PRESENT, MAP] as const;
export const sides = [signal<string>(FIRST[0]), signal<string>(FIRST[1])] as const;
/** The address of a scenario that somebody has passed on. */
export const link = signal("");

/** Neither the present, nor on the map, nor from a link. */
export const isStored = (side: string): boolean => side !== PRESENT && side !== MAP && side !== LINK;
/** Whether the comparison shows stored scenarios, whose list it needs. */
export const storedCompared = computed((): boolean => scenarioOn.value && unfolded.value && sides.some((s) => isStored(s.value)));

/** The edits that a link holds; null for a text that is no link to a scenario. */
export function editsOfLink(text: string): Edits | null {
  const parts = new URLSearchParams(text.slice(text.indexOf("#") + 1).trim());
  if (!text.includes("#") || parts.get("scenario") !== "on") return null;
  return decoded(parts.get("edits") ?? "", { tiers: study.value.tiers, services: study.value.services.map((s) => s.id) });
}

/** In the address a scenario without edits; a link that is none has no part there. */
const NO_EDITS = "-";
const linkTo = (edits: string): string => `${location.origin}${location.pathname}#${new URLSearchParams({ scenario: "on", edits: edits === NO_EDITS ? "" : edits }).toString()}`;
const ID = /^[\w-]{1,64}$/;

export function compareParts(): [string, string | null][] {
  const on = scenarioOn.value && unfolded.value;
  const linked = on && sides.some((s) => s.value === LINK) ? editsOfLink(link.value) : null;
  return [["compare", on ? sides.map((s) => s.value).join(".") : null], ["compare_edits", linked && (encoded(linked) || NO_EDITS)]];
}

/** Takes in what an address says. */
export function takeCompare(address: URLSearchParams): void {
  const named = address.get("compare")?.split(".") ?? [];
  const valid = named.length === 2 && named.every((side) => ID.test(side));
  batch(() => {
    unfolded.value = valid;
    if (!valid) return;
    sides.forEach((side, i) => void (side.value = named[i]!));
    const edits = address.get("compare_edits");
    if (edits !== null && edits !== compareParts()[1]?.[1]) link.value = linkTo(edits);
  });
}
