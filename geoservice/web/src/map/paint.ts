/** Paint and filter expressions of the study's layers: pure functions of a layer and the choice. */

import type { ExpressionSpecification, FilterSpecification } from "maplibre-gl";
import type { LayerStyle } from "../types";

/** Where the drawn number is: a property of the tile, or (for what tiles do not carry) a state set from the release table. */
export type Place = { property: string } | { state: true };

export const valueOf = (place: Place): ExpressionSpecification =>
  "property" in place ? ["get", place.property] : ["feature-state", "value"];

/**
 * A step for each class. `inclusive` classes end with their break (at most 15 minutes); others begin with it.
 * Without a number the ground stays clear: the hatch says so.
 */
export function colour(style: LayerStyle, place: Place, inclusive = false): ExpressionSpecification {
  const value = valueOf(place);
  const [first = "#888888", ...rest] = style.colours;
  const steps = style.breaks.flatMap((b, i) => [inclusive ? b + 1e-6 : b, rest[i] ?? first]);
  const number: ExpressionSpecification = ["to-number", value, 0];
  const drawn = steps.length ? (["step", number, first, ...steps] as unknown as ExpressionSpecification) : first;
  return ["case", ["==", ["typeof", value], "number"], drawn, "rgba(0,0,0,0)"] as ExpressionSpecification;
}

/** Ground within the minutes chosen stands out, ground beyond stays as a hint. */
export const reached = (place: Place, minutes: number, opacity: number): ExpressionSpecification => [
  "case",
  ["<=", ["to-number", ["coalesce", valueOf(place), 1e9]], minutes],
  Math.min(1, opacity + 0.15),
  0.16,
];

export const level = (geography: string): FilterSpecification => ["==", ["get", "geography"], geography];

export const of = (service: string, mode: string): FilterSpecification => [
  "all",
  ["==", ["get", "service"], service],
  ["==", ["get", "mode"], mode],
];

/** Two kinds of features without a number: it is withheld, or there is none. */
export interface Blanks {
  held: FilterSpecification;
  none: FilterSpecification;
}

const NOTHING: FilterSpecification = ["==", ["get", "unit"], ""];
const among = (units: Iterable<string>): FilterSpecification => ["in", ["get", "unit"], ["literal", [...units]]];
const not = (filter: FilterSpecification): FilterSpecification => ["!", filter] as FilterSpecification;

/** Of a property of the tile: one beside it says which, for the property that styles the layer. */
export function blanksOf(style: LayerStyle, property: string): Blanks {
  const missing: FilterSpecification = ["!", ["has", property]];
  if (style.withheld === false) return { held: NOTHING, none: missing };
  if (!style.status || property !== style.property) return { held: missing, none: NOTHING };
  const said: FilterSpecification = ["==", ["get", style.status], "suppressed"];
  return { held: both(missing, said), none: both(missing, not(said)) };
}

/** Of the release table: a row without a value is withheld, a unit without a row has no data. */
export function blanksIn(style: LayerStyle, rows: ReadonlyMap<string, boolean>): Blanks {
  const without = [...rows].filter(([, has]) => !has).map(([unit]) => unit);
  const known = [...rows].filter(([, has]) => has).map(([unit]) => unit);
  if (style.withheld === false) return { held: NOTHING, none: not(among(known)) };
  return { held: among(without), none: not(among(rows.keys())) };
}

export const both = (...filters: FilterSpecification[]): FilterSpecification => ["all", ...filters] as FilterSpecification;

/** Stations that offer the service; `services` is a list of words in one text. */
export const offers = (service: string): ExpressionSpecification => [
  "in",
  ` ${service} `,
  ["concat", " ", ["to-string", ["get", "services"]], " "],
];

export const sized: ExpressionSpecification = ["match", ["get", "tier"], "county", 8, "township", 6.5, "village", 5, 5.5];
