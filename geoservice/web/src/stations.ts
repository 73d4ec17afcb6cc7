/** The stations of the study: who offers what, for the list and for the tiers that can be chosen. */

import { computed } from "@preact/signals";
import { fetchItems } from "./api";
import { Loaded } from "./loaded";
import { once } from "./series";
import { layerOf, service, tier } from "./state";
import type { Feature } from "./types";

const STATIONS = "stations";

export interface Station {
  unit: string;
  zh: string;
  en: string;
  tier: string;
  services: string[];
  /** Whether it meets the standard of its tier: "" where there is none. */
  readiness: string;
}

function station({ properties: p }: Feature): Station {
  const name = String(p["name_zh"] ?? p["name_en"] ?? p["unit"]);
  return { unit: String(p["unit"]), zh: name, en: String(p["name_en"] ?? name), tier: String(p["tier"] ?? ""), services: String(p["services"] ?? "").split(" ").filter(Boolean), readiness: String(p["readiness"] ?? "") };
}

const load = async (): Promise<Station[]> => {
  const states = layerOf(STATIONS)?.columns.some((c) => c.name === "readiness") ?? false;
  const query = { skipGeometry: true, properties: `unit,name_zh,name_en,tier,services${states ? ",readiness" : ""}` };
  return (await once(STATIONS, () => fetchItems(STATIONS, query))).map(station);
};

export const stations = new Loaded(() => (layerOf(STATIONS) ? STATIONS : null), load);

/** Whether a station is one of those the question is about. */
export const matching = (s: Station): boolean => s.services.includes(service.value) && (tier.value === "any" || s.tier === tier.value);

/** The tiers at which some station offers the service; all of them as long as that is not known. */
export const offered = computed<ReadonlySet<string> | null>(() => {
  const known = stations.value.value;
  return known && new Set(known.filter((s) => s.services.includes(service.value)).map((s) => s.tier));
});

/** One station with all its numbers. */
export const fetchStation = async (unit: string): Promise<Feature | undefined> => (await fetchItems(STATIONS, { unit, limit: 1 }))[0];
