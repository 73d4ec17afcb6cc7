/** What is asked of a choice of sites, beside the choices of the page. */

import { computed, signal } from "@preact/signals";
import { group, minutes, mode, service, tier } from "../../state";
import { sent } from "../data";

export const MODELS = ["mclp", "p_median", "p_center", "lscp", "lscp_b", "capacitated_mclp", "capacitated_p_median"] as const;
export type Model = (typeof MODELS)[number];
export const SOURCES = ["streets", "gaps"] as const;
export type Source = (typeof SOURCES)[number];
/** Metres between candidates on streets. */
export const SPACINGS = [100, 200, 500, 1000, 2000] as const;
export const MOST_SITES = 50;

export const model = signal<Model>("mclp");
export const sites = signal(3);
export const source = signal<Source>("streets");
export const spacing = signal<number>(500);
export const capacity = signal(500);

/** The fewest sites that reach everybody are what this model finds. */
export const countsSites = computed((): boolean => model.value === "lscp");
export const needsCapacity = computed((): boolean => model.value.startsWith("capacitated"));

/** The inputs of the process. */
export const inputs = computed(() => ({
  service: service.value, mode: mode.value, tier: tier.value, group: group.value, minutes: minutes.value, model: model.value, candidates: source.value,
  ...(countsSites.value ? {} : { sites: sites.value }), ...(source.value === "streets" ? { spacing: spacing.value } : {}), ...(needsCapacity.value ? { capacity: capacity.value } : {}),
  edits: sent.value,
}));
