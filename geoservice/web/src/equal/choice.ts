/** What is compared, as parts of the address. */

import { computed } from "@preact/signals";
import { FAIRNESS, fairnessOn, layerOf, within } from "../state";
import { chosenKind, KINDS, kindsOf, type Kind } from "./compare";

/** What the release compares. */
export const kinds = computed((): Kind[] => {
  const layer = layerOf(FAIRNESS);
  return layer ? kindsOf(layer) : [];
});
export const kind = computed((): Kind => within(kinds.value, chosenKind.value, "coverage"));

export const equalParts = (): [string, string | null][] => (fairnessOn.value ? [["equal", kind.value]] : []);

export function takeEqual(asked: URLSearchParams): void {
  chosenKind.value = within(KINDS, asked.get("equal") as Kind | null, "coverage");
}
