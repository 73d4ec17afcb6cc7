/**
 * The stations of the study: who offers what, for the list and for the tiers that can be chosen. Where there are very many, the
 * list has the first that match, and all of them are fetched only for a tool that names them. A copy cannot search for the page:
 * it lists those of the area that is open from its own file.
 */

import { computed, signal } from "@preact/signals";
import { fetchItems, fetchPage, type Query } from "./api";
import { isCopy } from "./copy";
import { tool } from "./live/tool";
import { Loaded } from "./loaded";
import { tiersInTile } from "./map/paint";
import { scenarioOn } from "./scenario/choice";
import { part } from "./scope";
import { once } from "./series";
import { layerOf, service, study, tab, tier } from "./state";
import type { Feature } from "./types";

export const STATIONS = "stations";

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

const MANY = 2000;
const PAGE = 200;
/** Whether the map draws the smaller stations from closer by alone. */
export const crowded = computed((): boolean => (layerOf(STATIONS)?.features ?? 0) > MANY);
/** Whether the server is asked for the stations of the list. */
export const manyStations = computed((): boolean => crowded.value && !isCopy);

const STATION_PROPERTIES = "unit,name_zh,name_en,tier,services";
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const columns = (): Query => {
  const states = layerOf(STATIONS)?.columns.some((c) => c.name === "readiness") ?? false;
  return { skipGeometry: true, properties: `${STATION_PROPERTIES}${states ? ",readiness" : ""}` };
};

/** What a tile has where stations are very many: those drawn at its zoom alone, without their numbers, which cards fetch. */
export const stationsInTile = (zoom: number): Query => {
  const { tiers } = study.value;
  const drawn = tiersInTile(tiers, zoom);
  const filter = `tier IN (${drawn.map(quoted).join(",")})`;
  return { properties: STATION_PROPERTIES, ...(drawn.length < tiers.length ? { filter } : {}) };
};

/** Whether something needs all stations, however many there are. */
const needed = computed((): boolean => layerOf(STATIONS) !== undefined && (!manyStations.value || scenarioOn.value || tool.value !== null));
const among = computed((): Query => (crowded.value && isCopy ? part.value : {}));
export const stations = new Loaded(
  () => (needed.value ? JSON.stringify(among.value) : null),
  async (): Promise<Station[]> => (await once(`${STATIONS} ${JSON.stringify(among.value)}`, () => fetchItems(STATIONS, { ...columns(), ...among.value }))).map(station),
);

/** What is typed into the search of the list. */
export const search = signal("");
const asked = signal({ question: "", most: PAGE });

/** A text that holds another one, whatever signs are in that. */
const holds = (name: string, text: string): string => `CASEI(${name}) LIKE CASEI(${quoted(`%${text.replace(/[\\%_]/g, "\\$&")}%`)})`;

/** Stations that match, as a filter of the server: `services` is a list of words in one text. */
function filter(): string {
  const [of, words] = [service.value, search.value.trim()];
  const offers = [of, `${of} %`, `% ${of}`, `% ${of} %`].map((text) => `services LIKE ${quoted(text.replaceAll("_", "\\_"))}`).join(" OR ");
  return [`(${offers})`, ...(words ? [`(${holds("name_zh", words)} OR ${holds("name_en", words)})`] : [])].join(" AND ");
}

const matches = computed((): Query => ({ ...part.value, ...(tier.value === "any" ? {} : { tier: tier.value }), filter: filter(), sortby: "name_zh" }));
const most = computed((): number => (asked.value.question === JSON.stringify(matches.value) ? asked.value.most : PAGE));

/** The first stations that match, and how many there are. */
export const firstStations = new Loaded(
  () => (manyStations.value && tab.value === STATIONS ? JSON.stringify([matches.value, most.value]) : null),
  async () => {
    const page = await fetchPage(STATIONS, { ...columns(), ...matches.value, limit: most.value });
    return { listed: page.features.map(station), number: page.numberMatched ?? page.features.length };
  },
);
export const askMoreStations = (): void => void (asked.value = { question: JSON.stringify(matches.value), most: most.value + PAGE });

/** Whether a station is one of those the question is about. */
export const matching = (s: Station): boolean => s.services.includes(service.value) && (tier.value === "any" || s.tier === tier.value);

/** The tiers at which some station offers the service; all of them as long as that is not known. */
export const offered = computed<ReadonlySet<string> | null>(() => {
  const known = stations.value.value;
  return known && new Set(known.filter((s) => s.services.includes(service.value)).map((s) => s.tier));
});

/** One station with all its numbers. */
export const fetchStation = async (unit: string): Promise<Feature | undefined> => (await fetchItems(STATIONS, { unit, limit: 1 }))[0];
