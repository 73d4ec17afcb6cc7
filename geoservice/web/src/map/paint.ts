/** Paint and filter expressions of the study's layers: pure functions of a layer and the choice. */

import type { ExpressionSpecification, FilterSpecification } from "maplibre-gl";
import { WIDE, type Kind } from "../number";
import type { LayerStyle } from "../types";

/**
 * Where the drawn number is: a property of the tile with its margin beside it, if it has one, or (for what tiles do not carry)
 * a state set from the release table.
 */
export type Place = { property: string; margin?: string | undefined } | { state: true };

export const numberAt = (place: Place): ExpressionSpecification =>
  "property" in place ? ["get", place.property] : ["feature-state", "value"];

const NO_COLOUR = "rgba(0,0,0,0)";

/** The colour of what has no number: of times that were not reached, the class beyond the search; otherwise none. */
function without(style: LayerStyle, place: Place, kind: Kind): ExpressionSpecification | string {
  if (kind !== "minutes" || style.beyond === null) return NO_COLOUR;
  return "property" in place ? style.beyond : ["case", ["==", ["feature-state", "status"], "beyond"], style.beyond, NO_COLOUR];
}

/** Whether the number's margin is too large for it, as `uncertain` of number.ts says. */
export function doubtful(place: Place, kind: Kind): ExpressionSpecification {
  if (!("property" in place)) return ["boolean", ["feature-state", "uncertain"], false];
  if (!place.margin || kind === "rank") return ["literal", false] as unknown as ExpressionSpecification;
  const of = (name: string): ExpressionSpecification => ["to-number", ["get", name], 0];
  const [value, margin] = [of(place.property), of(place.margin)];
  if (kind === "count") return ["all", [">", margin, 0], [">=", margin, ["abs", value]]];
  return [">", margin, kind === "minutes" ? value : WIDE];
}

/**
 * A step for each class. Classes of minutes end with their break (at most 15 minutes); others begin with it. Grey where the
 * margin is too large for the number; without a number the ground stays clear, and the dots say so, but for times beyond the search.
 */
export function colour(style: LayerStyle, place: Place, kind: Kind): ExpressionSpecification {
  const value = numberAt(place);
  const [first = "#888888", ...rest] = style.colours;
  const steps = style.breaks.flatMap((b, i) => [kind === "minutes" ? b + 1e-6 : b, rest[i] ?? first]);
  const number: ExpressionSpecification = ["to-number", value, 0];
  const drawn = steps.length ? (["step", number, first, ...steps] as unknown as ExpressionSpecification) : first;
  return ["case", ["!=", ["typeof", value], "number"], without(style, place, kind), doubtful(place, kind), style.uncertain, drawn] as ExpressionSpecification;
}

/** Ground within the minutes chosen stands out, ground beyond stays as a hint. */
export const reached = (style: LayerStyle, place: Place, minutes: number): ExpressionSpecification => [
  "case",
  ["<=", ["to-number", ["coalesce", numberAt(place), 1e9]], minutes],
  style.opacity,
  style.legend.faint_opacity,
];

export const level = (geography: string): FilterSpecification => ["==", ["get", "geography"], geography];

export const of = (service: string, mode: string): FilterSpecification => [
  "all",
  ["==", ["get", "service"], service],
  ["==", ["get", "mode"], mode],
];

/** Features whose number cannot exist: the tile does not carry it, or no row of the release table has a value for the unit. */
export const blank = (place: Place, known: Iterable<string> = []): FilterSpecification =>
  "property" in place ? ["!", ["has", place.property]] : ["!", ["in", ["get", "unit"], ["literal", [...known]]]];

export const NOWHERE: FilterSpecification = ["==", ["literal", 0], 1];

export const both = (...filters: FilterSpecification[]): FilterSpecification => ["all", ...filters] as FilterSpecification;

/** Zooms from which stations of the second tier, and of all others, are drawn where stations are very many. */
const CLOSER = [8.5, 10];

/** How many tiers are drawn, from which zoom on; the highest at every zoom. */
const drawnFrom = ({ length }: readonly string[]): [zoom: number, number: number][] => [
  [0, 1],
  ...CLOSER.slice(0, Math.max(0, length - 1)).map((zoom, i): [number, number] => [zoom, i === CLOSER.length - 1 ? length : i + 2]),
];

/** Stations of the tiers that there is room for at a zoom, the highest first. */
export function roomFor(tiers: readonly string[]): FilterSpecification {
  const upTo = (n: number) => ["in", ["get", "tier"], ["literal", tiers.slice(0, n)]];
  const [[, first], ...closer] = drawnFrom(tiers) as [[number, number], ...[number, number][]];
  return (closer.length ? ["step", ["zoom"], upTo(first), ...closer.flatMap(([zoom, n]) => [zoom, upTo(n)])] : upTo(first)) as FilterSpecification;
}

/** The tiers that {@link roomFor} draws at some zoom at which tiles of a whole zoom are shown. */
export const tiersInTile = (tiers: readonly string[], zoom: number): readonly string[] =>
  tiers.slice(0, Math.max(...drawnFrom(tiers).flatMap(([from, n]) => (from < zoom + 1 ? [n] : []))));

/** Stations that offer the service; `services` is a list of words in one text. */
export const offers = (service: string): ExpressionSpecification => [
  "in",
  ` ${service} `,
  ["concat", " ", ["to-string", ["get", "services"]], " "],
];
