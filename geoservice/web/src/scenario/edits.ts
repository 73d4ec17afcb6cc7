/** Edits of stations in a scenario: what is put, moved, closed or changed, and how an address writes it. Pure. */

/** A station as it would be; what is left out stays as it is. A new station has `lon`, `lat`, `tier` and `services`. */
export interface Edit {
  station: string;
  lon?: number;
  lat?: number;
  tier?: string;
  services?: readonly string[];
  name?: string;
  capacity?: number;
  start_delay_s?: number;
  /** False is closed; open stations do not say so. */
  open?: boolean;
}
export type Edits = readonly Edit[];
export type Change = { [K in keyof Edit]?: Edit[K] | undefined };
export type EditKind = "new" | "moved" | "closed" | "changed";

/** As many as the server takes in one question. */
export const MOST = 200;

export const isNew = (edit: Edit): boolean => edit.services !== undefined;
export const editOf = (edits: Edits, station: string): Edit | undefined => edits.find((e) => e.station === station);

export function kindOf(edit: Edit): EditKind {
  if (edit.open === false) return "closed";
  return isNew(edit) ? "new" : edit.lon === undefined ? "changed" : "moved";
}

/** An edit without what changes nothing. */
const tidy = (edit: Change & { station: string }): Edit =>
  Object.fromEntries(Object.entries(edit).filter(([key, value]) => value !== undefined && value !== "" && !(key === "open" && value === true))) as unknown as Edit;

/** The edits with a station changed; an edit that changes nothing is left out. */
export function changed(edits: Edits, station: string, change: Change): Edits {
  const before = editOf(edits, station);
  const next = tidy({ ...before, ...change, station });
  if (Object.keys(next).length === 1) return removed(edits, station);
  if (before) return edits.map((e) => (e === before ? next : e));
  return edits.length < MOST ? [...edits, next] : edits;
}

export const removed = (edits: Edits, station: string): Edits => edits.filter((e) => e.station !== station);

const PREFIX = "new-";
/** The number of a new station, for its name as long as it has none. */
export const numberOf = (station: string): string => (station.startsWith(PREFIX) ? station.slice(PREFIX.length) : station);

/** An id that neither the release nor the scenario has. */
export function freeId(edits: Edits, known: ReadonlySet<string>): string {
  let number = 1;
  while (known.has(PREFIX + number) || editOf(edits, PREFIX + number)) number++;
  return PREFIX + number;
}

const escaped = (text: string): string => text.replace(/[*%\s]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const plain = (text: string): string => text.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The edits as a text for an address: fields between asterisks, edits between spaces. */
export const encoded = (edits: Edits): string =>
  edits
    .map((e) => [e.station, e.lon ?? "", e.lat ?? "", e.tier ?? "", (e.services ?? []).join("."), e.name ?? "", e.capacity ?? "", e.open === false ? "x" : "", e.start_delay_s ?? ""])
    .map((fields) => fields.map((field) => escaped(String(field))).join("*").replace(/\*+$/, ""))
    .join(" ");

/** What the study has: an address may be of another one. */
export interface Allowed {
  tiers: readonly string[];
  services: readonly string[];
}

const numberIn = (text: string, least: number, most: number): number | undefined => {
  const value = text === "" ? Number.NaN : Number(text);
  return value >= least && value <= most ? value : undefined;
};

function decodedOne(text: string, { tiers, services }: Allowed): Edit | null {
  const [station = "", lon = "", lat = "", tier = "", offered = "", name = "", capacity = "", closed = "", delay = ""] = text.split("*").map(plain);
  const at = { lon: numberIn(lon, -180, 180), lat: numberIn(lat, -85, 85) };
  const placed = at.lon !== undefined && at.lat !== undefined;
  const list = offered.split(".").filter(Boolean);
  if (station === "" || station.length > 200 || (tier !== "" && !tiers.includes(tier)) || list.some((s) => !services.includes(s))) return null;
  if (list.length > 0 && !(placed && tier !== "")) return null;
  const edit = tidy({
    station, ...(placed ? at : {}), tier: tier || undefined, services: list.length ? list : undefined,
    name: name.slice(0, 200), capacity: numberIn(capacity, 0, 1e9), start_delay_s: numberIn(delay, 0, 86_400), open: closed !== "x",
  });
  return Object.keys(edit).length > 1 ? edit : null;
}

/** The edits that an address says, without those that the study cannot have. */
export function decoded(text: string, allowed: Allowed): Edits {
  const found = text.split(" ").filter(Boolean).map((part) => decodedOne(part, allowed)).filter((e) => e !== null);
  return found.filter((e, i) => found.findIndex((other) => other.station === e.station) === i).slice(0, MOST);
}
