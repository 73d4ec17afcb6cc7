/** The public API, and nothing else: every number on the page comes from a URL made here. */

import { config, fileOf, files, isCopy, type CopyFiles } from "./copy";
import type { Feature, Language, Manifest, Value } from "./types";

export type Query = Record<string, string | number | boolean>;

/** Absolute URL of a path of this server; `{z}` and the like stay as they are. */
export const url = (path: string, query: Query = {}): string => {
  const text = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)])).toString();
  return new URL("./", document.baseURI).href + path + (text && `?${text}`);
};

/** Of a copy without a server: the file of the whole layer. */
export const itemsUrl = (layer: string, query: Query = {}): string =>
  isCopy ? url(fileOf(layer, String(query["f"] ?? ""), query["lang"] as Language)) : url(`collections/${layer}/items`, query);

export class ServerError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

export async function get<T>(address: string, request: RequestInit = { headers: { Accept: "application/geo+json, application/json" } }): Promise<T> {
  const answer = await fetch(address, request);
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
    throw new ServerError(answer.status, problem.detail ?? answer.statusText);
  }
  return (await answer.json()) as T;
}

/** What may have been replaced since it was last read. */
const fetchNew = <T>(path: string): Promise<T> => get<T>(url(path), { cache: "no-cache" });

export const fetchManifest = (): Promise<Manifest> => (isCopy ? fetchNew<Manifest>("manifest.json") : get<Manifest>(url("manifest", { f: "json" })));
/** The version of the release that is published now. */
export const fetchVersion = async (): Promise<string> => (config ? (await fetchNew<CopyFiles>(config)).geoservice.version : (await fetchManifest()).version);

/** The release, and of a copy where its files are. */
export async function fetchRelease(): Promise<Manifest> {
  if (config) files.value = await fetchNew<CopyFiles>(config);
  return fetchManifest();
}

/** The answer of a process to a live question; by default about stations as they could be. */
export const postQuestion = <T>(inputs: unknown, process = "station-scenario"): Promise<T> =>
  get<T>(url(`processes/${process}/execution`), { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json" }, body: JSON.stringify({ inputs }) });

/** The status of a job, as OGC API Processes has it; `message` is in the language asked for. */
export interface JobStatus {
  jobID: string;
  status: "accepted" | "running" | "successful" | "failed" | "dismissed";
  message: string;
  progress: number;
}

/** Starts a job; the server answers at once. */
export const startJob = (process: string, inputs: unknown, lang: string): Promise<JobStatus> =>
  get<JobStatus>(url(`processes/${process}/execution`, { lang }), { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json", Prefer: "respond-async" }, body: JSON.stringify({ inputs }) });

export const fetchJob = (job: string, lang: string): Promise<JobStatus> => get<JobStatus>(url(`jobs/${job}`, { lang, f: "json" }));
export const fetchResult = <T>(job: string, lang: string): Promise<T> => get<T>(url(`jobs/${job}/results`, { lang }));

/** Stops a job; also while the page is being left. */
export const dismissJob = (job: string): Promise<unknown> => get(url(`jobs/${job}`), { method: "DELETE", keepalive: true, headers: { Accept: "application/json" } });

/** A place of the gazetteer; `within` are the areas above it, as people write them. */
export interface PlaceFeature {
  id: string;
  geometry: { type: "Point"; coordinates: [number, number] } | null;
  bbox?: [number, number, number, number];
  properties: { name: string; kind: string; kind_title: string; level: string | null; code: string | null; within: string };
}

/** The places whose name begins with a text, the most probable first. */
export const searchPlaces = async (q: string, lang: string, limit: number, signal: AbortSignal): Promise<PlaceFeature[]> =>
  (await get<{ features: PlaceFeature[] }>(url("search", { q, lang, limit, f: "json" }), { signal, headers: { Accept: "application/geo+json" } })).features;

interface Page {
  features: Feature[];
  numberMatched?: number;
  links: { rel: string; href: string }[];
}

/** All features of a query, page after page. The next link is followed on this server whatever name it gives itself. */
export async function fetchItems(layer: string, query: Query): Promise<Feature[]> {
  if (isCopy) return (await import("./static/rows")).features(layer, query);
  const found: Feature[] = [];
  let address: string | null = itemsUrl(layer, { f: "json", limit: 10000, ...query });
  while (address) {
    const page: Page = await get<Page>(address);
    found.push(...page.features);
    const next = page.links.find((link) => link.rel === "next");
    address = next ? itemsUrl(layer) + new URL(next.href, document.baseURI).search : null;
  }
  return found;
}

/** One page of a query that has a limit; a copy without a server has all features in one file. */
export const fetchPage = async (layer: string, query: Query): Promise<Page> =>
  isCopy ? { features: await fetchItems(layer, query), links: [] } : get<Page>(itemsUrl(layer, { f: "json", ...query }));
export const fetchSome = async (layer: string, query: Query): Promise<Feature[]> => (await fetchPage(layer, query)).features;

/** Codes of which an address has room for a list, in a server's usual 8 KiB. */
const CODES = 250;
export const inParts = (codes: readonly string[]): string[][] => Array.from({ length: Math.ceil(codes.length / CODES) }, (_, i) => codes.slice(i * CODES, (i + 1) * CODES));

interface SourceSpec {
  minzoom?: number;
  maxzoom?: number;
}

/** Zooms of the base map, as the server's own style gives them. */
export async function fetchBaseZooms(): Promise<{ minzoom: number; maxzoom: number }> {
  const style = await get<{ sources: Record<string, SourceSpec> }>(url(isCopy ? "styles/map.json" : "styles/map"));
  const base = style.sources["base"];
  return { minzoom: base?.minzoom ?? 0, maxzoom: base?.maxzoom ?? 14 };
}

export const number = (value: Value | undefined): number | null => (typeof value === "number" ? value : null);
