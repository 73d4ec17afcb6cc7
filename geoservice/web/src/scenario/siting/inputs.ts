/** The inputs of the process: what is chosen, the stations of the scenario, and those that may close. */

import { computed } from "@preact/signals";
import { group, minutes, mode, service, tier } from "../../state";
import { edits } from "../choice";
import { places, sent, type Place } from "../data";
import { editOf } from "../edits";
import { asksBudget, asksFairness, asksSites, budget, capacity, chosenToClose, closing, model, MOST_CLOSING, needsCapacity, own, seconds, sites, source, spacing } from "./choice";

/** Stations that the question is about and that the scenario leaves open. */
export const closable = computed((): Place[] =>
  [...(places.value.value?.values() ?? [])].filter((p) => {
    const edit = editOf(edits.value, p.unit);
    return edit?.open !== false && p.services.includes(service.value) && (tier.value === "any" || (edit?.tier ?? p.tier) === tier.value);
  }),
);

/** Ids of stations that may close; others that an address names are left out. */
export const mayClose = computed((): string[] => {
  if (closing.value === "none") return [];
  const ids = closable.value.map((p) => p.unit);
  return closing.value === "all" ? ids : ids.filter((id) => chosenToClose.value.has(id));
});
export const tooManyClose = computed((): boolean => mayClose.value.length > MOST_CLOSING);

export const inputs = computed(() => ({
  service: service.value, mode: mode.value, tier: tier.value, group: group.value, minutes: minutes.value, model: model.value,
  candidates: source.value === "file" ? { type: "FeatureCollection", features: own.value?.features ?? [] } : source.value,
  ...(asksSites.value ? { sites: sites.value } : {}), ...(asksBudget.value ? { budget: budget.value } : {}),
  ...(source.value === "streets" ? { spacing: spacing.value } : {}), ...(needsCapacity.value ? { capacity: capacity.value } : {}),
  ...(mayClose.value.length > 0 ? { may_close: mayClose.value } : {}), ...(asksFairness.value ? { fairness: true } : {}), seconds: seconds.value,
  edits: sent.value,
}));
