/** How a number is written: its value, its 90 % margin, and words for a value that cannot exist. Pure: the page's words come as an argument. */

import type { Estimate, Status, Value } from "./types";

export type Kind = "count" | "ratio" | "difference" | "minutes" | "rank" | "rate" | "index" | "score" | "class" | "year";

/** The measures that are not counts, as geoservice/measures.py declares them. */
const KINDS: Readonly<Record<string, Kind>> = {
  covered_share: "ratio",
  off_network_share: "ratio",
  load: "ratio",
  flow_share: "ratio",
  flow_rate: "rate",
  flow_ratio: "index",
  excess_class: "class",
  access_capacity: "rate",
  access_change: "rate",
  coverage_gap: "difference",
  minutes_gap: "difference",
  load_gap: "difference",
  uptake_gap: "difference",
  met_load: "ratio",
  uptake_share: "ratio",
  minutes: "minutes",
  longest_minutes: "minutes",
  longest_minutes_after: "minutes",
  median_minutes: "minutes",
  mean_minutes: "minutes",
  p90_minutes: "minutes",
  minutes_gini: "index",
  minutes_theil: "index",
  minutes_theil_between: "index",
  minutes_palma: "index",
  shortfall_share: "ratio",
  assigned_load: "ratio",
  sequential_load: "ratio",
  unmet_share: "ratio",
  sequential_unmet_share: "ratio",
  shortfall_depth: "index",
  shortfall_severity: "index",
  rank: "rank",
  readiness_class: "class",
  stated_share: "ratio",
  ready_share: "ratio",
  name_only_share: "ratio",
  unknown_only_share: "ratio",
  smoothed_rate: "ratio",
  spatial_rate: "ratio",
  located_share: "ratio",
  cluster_share: "ratio",
  uptake_rate: "ratio",
  uptake_rank_low: "rank",
  uptake_rank_high: "rank",
  uptake_change: "difference",
  uptake_trend: "difference",
  uptake_trend_p: "score",
  uptake_target: "class",
  uptake_funnel: "class",
  emerging_class: "class",
  change_in_5_years: "difference",
  change_in_10_years: "difference",
  projected_load: "ratio",
  overload_year: "year",
  overload_earliest: "year",
  overload_latest: "year",
  hotspot_class: "class",
  moran_class: "class",
  funnel_class: "class",
  hotspot_z: "score",
  hotspot_p: "score",
  cluster_p: "score",
  expected_households: "score",
  relative_risk: "score",
};

export const kindOf = (measure: string): Kind => KINDS[measure] ?? "count";
const WITHOUT_MARGIN: readonly Kind[] = ["rank", "score", "class", "year"];

/** Percentage points beyond which the margin of a share, a load or a difference says too little to colour it. */
export const WIDE = 20;

/** Whether the margin is too large for the value to be relied on. A margin of zero belongs to a number known exactly. */
export function uncertain(kind: Kind, value: number | null, margin: number | null): boolean {
  if (value === null || margin === null || margin <= 0 || WITHOUT_MARGIN.includes(kind)) return false;
  if (kind === "count" || kind === "rate" || kind === "index") return margin >= Math.abs(value);
  return kind === "minutes" ? margin > value : margin > WIDE;
}

const STATUSES: readonly Value[] = ["ok", "uncertain", "beyond", "not_applicable", "nobody", "under", "unstable"];
export const NOTHING: Estimate = { value: null, margin: null, status: null };

const finite = (value: Value | undefined): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const statusOf = (value: Value | undefined): Status | null => (value !== undefined && STATUSES.includes(value) ? (value as Status) : null);

/** The number that a feature carries under a name, with the margin and the status beside it. */
export const estimateOf = (properties: Record<string, Value>, name: string): Estimate => ({
  value: finite(properties[name]),
  margin: finite(properties[`${name}_margin`]),
  status: statusOf(properties[`${name}_status`]),
});

/** The number of a row of the release table. */
export const estimateIn = (row: Record<string, Value>): Estimate => ({
  value: finite(row["value"]),
  margin: finite(row["margin"]),
  status: statusOf(row["status"]),
});

const THIN = "\u202f"; // narrow no-break space: groups of digits stay together
const SPACE = "\u00a0";

/** A number with thin spaces between groups of three digits and a true minus sign. */
export function grouped(value: number, places = 0): string {
  const [whole = "", rest] = Math.abs(value).toFixed(places).split(".");
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, THIN) + (rest ? `.${rest}` : "");
  return (value < 0 && /[1-9]/.test(digits) ? "−" : "") + digits;
}

/** A margin to two significant figures, no finer than `places`, and never rounded down to nothing. */
export function marginText(margin: number, places: number): string {
  const smallest = 10 ** -places;
  return grouped(Math.max(Number(margin.toPrecision(2)), smallest), margin < 9.95 ? places : 0);
}

/** Impossible values of an estimate are written as the nearest possible one; their margin says the rest. */
export const clamped = (measure: string, value: number): number =>
  kindOf(measure) === "ratio" ? Math.max(0, measure === "covered_share" ? Math.min(100, value) : value) : value;

export type Say = (key: string, values?: Record<string, unknown>) => string;

/** What the words of a status need: the last break in minutes, and the count below which the study shows none. */
export interface Wording {
  t: Say;
  last: number;
  hideBelow: number | null;
}

export interface Written {
  /** Value or words, with the sign "≈" where the margin is too large. */
  number: string;
  /** "± 60", or nothing. */
  margin: string;
  unit: string;
  /** All of it in one line. */
  text: string;
  uncertain: boolean;
  /** Whether there is a number at all. */
  known: boolean;
  /** What an uncertain number means, for whoever points at it. */
  hint: string;
}

/** Why a value cannot exist, where the release gives no reason with the number: by what the measure is. */
function reason(measure: string, hideBelow: number | null): Status | null {
  if (measure === "load") return "not_applicable";
  const kind = kindOf(measure);
  if (kind === "minutes") return "beyond";
  if (kind === "count") return hideBelow === null ? null : "under";
  return WITHOUT_MARGIN.includes(kind) ? null : "nobody";
}

function words(measure: string, status: Status | null, { t, last, hideBelow }: Wording): string {
  const why = status && status !== "ok" && status !== "uncertain" ? status : reason(measure, hideBelow);
  if (why === null || (why === "under" && hideBelow === null)) return t("status.none");
  return t(`status.${why}`, { minutes: last, least: hideBelow });
}

/** A change is in percent of what it was, other differences are between percentages. */
const unitOf = (measure: string, kind: Kind, t: Say): string => (kind === "ratio" || measure.startsWith("change_in_") ? "%" : kind === "minutes" ? t("unit.min") : kind === "difference" ? t("unit.points") : "");
/** A difference of times is in minutes. */
const inMinutes = (measure: string): boolean => kindOf(measure) === "minutes" || measure === "minutes_gap";

/** Indices of inequality are mostly below 1, and differ in the second place. */
const inHundredths = (measure: string): boolean => /^(minutes|shortfall)_/.test(measure) && kindOf(measure) === "index";

const placesOf = (kind: Kind, margin: number | null): number => {
  if (kind === "minutes") return 1;
  if (kind === "score") return 2;
  return kind === "count" || WITHOUT_MARGIN.includes(kind) || (margin ?? 0) > 1 ? 0 : 1;
};

/** The counts that the margin allows, from zero to the largest rounded up, where nobody is one of them; otherwise nothing. */
function rangeOf(value: number, margin: number): string | null {
  if (value > margin) return null;
  const most = Math.ceil(value + margin - 1e-9);
  return most > 0 ? `0–${grouped(most)}` : "0";
}

/** The smallest p that three decimals show. */
const SMALLEST_P = 0.001;

/** A year; a class in words, as far as it is known; a p-value with three decimals. */
function coded(measure: string, value: number, t: Say): string | null {
  if (kindOf(measure) === "year") return String(value);
  if (kindOf(measure) === "class") return t(`class.${measure}.${value}`, { defaultValue: grouped(value) });
  if (!measure.endsWith("_p")) return null;
  return value < SMALLEST_P ? `<${SPACE}${SMALLEST_P}` : grouped(value, 3);
}

/**
 * A number as people read it: "1 240 ± 60", "≈ 3.2 ± 4.1 min", or words where there is none. A count that may be nobody is a
 * range, "0–40"; where `adds`, it keeps the form "≈ 30 ± 45", since a column of ranges cannot be summed.
 */
export function written(measure: string, estimate: Estimate, wording: Wording, adds = false): Written {
  const { value, margin, status } = estimate;
  const kind = kindOf(measure);
  if (value === null || status === "under") {
    const text = words(measure, status, wording);
    return { number: text, margin: "", unit: "", text, uncertain: false, known: false, hint: "" };
  }
  const code = coded(measure, value, wording.t);
  if (code !== null) return { number: code, margin: "", unit: "", text: code, uncertain: false, known: true, hint: "" };
  const range = kind === "count" && margin ? rangeOf(value, margin) : null;
  const doubtful = range !== null || status === "uncertain" || uncertain(kind, value, margin);
  const shown = { unit: unitOf(measure, inMinutes(measure) ? "minutes" : kind, wording.t), uncertain: doubtful, known: true };
  const hint = !doubtful ? "" : range ? wording.t("uncertain.range", { range }) : wording.t("uncertain.number");
  if (range && !adds) return { ...shown, number: range, margin: "", text: range, hint };
  const fine = inHundredths(measure);
  const places = fine ? 2 : placesOf(inMinutes(measure) ? "minutes" : kind, margin);
  const plain = grouped(clamped(measure, value), places);
  const sign = (kind === "difference" || measure === "access_change") && value > 0 && /[1-9]/.test(plain) ? "+" : "";
  const number = (doubtful ? `≈${SPACE}` : "") + sign + plain;
  const after = margin ? `±${SPACE}${marginText(margin, kind === "count" ? 0 : fine ? 2 : 1)}` : "";
  return { ...shown, number, margin: after, text: number + (after && SPACE + after) + shown.unit, hint };
}
