/** Hotspots in the reader's words. */

import { language, named, t } from "../i18n";
import { grouped } from "../number";
import { cardGroup } from "../scorecard/choice";
import { mode, service, standard } from "../state";
import { groupName, numberOf, modeName, serviceName } from "../ui/words";
import { isClassed, type Shown } from "./classes";
import { CATCHMENT, CELL, type Measure, type Method } from "./columns";
import { measure, method, unit } from "./choice";
import type { Cluster, Spot } from "./data";

const small = (text: string): string => text.toLocaleLowerCase("en");
const values = () => ({ minutes: standard.value, service: serviceName(service.value), mode: small(modeName(mode.value)), group: small(groupName(cardGroup.value)) });

export const measureName = (id: Measure): string => t(`hotspots.measure.${id}`, values());
/** The people of the measure, as a part of a sentence. */
export const what = (): string => t(`hotspots.what.${measure.value}`, values());
export const unitName = (id: string): string => (id === CELL ? t("hotspots.cells") : id === CATCHMENT ? t("hotspots.catchments") : named("level", id));

/** What a unit is called: a square by its code, a catchment by its station. */
export function titleOf(spot: Spot): string {
  const name = spot[language.value];
  return unit.value === CELL ? t("hotspots.cell", { code: name }) : unit.value === CATCHMENT ? t("hotspots.catchment", { name }) : name;
}
export const hint = (): string => t(unit.value === CATCHMENT ? "hotspots.catchment_hint" : "hotspots.hint");

/** Why an area has no result: an area without uptake did not report, one without a share has nobody. */
const reason = (shown: string): string => t(`hotspots.${shown === "nobody" && measure.value === "uptake" ? "not_reported" : shown}`);

/** A class or the reason why there is none, without the people. */
export const className = (of: string, shown: number | "unstable" | "nobody"): string => (typeof shown === "number" ? t(`class.${of}.${shown}`) : reason(shown));

/** "more migrants than chance explains, false discovery rate 5 %", or how large the rate is. */
export function sentenceOf(spot: Spot, of: Method = method.value): string {
  const result = spot.results[of];
  if (!isClassed(of)) return t("hotspots.rate_of", { what: what(), rate: numberOf(of, result).text });
  if (result.value === null) return reason(result.status === "unstable" ? "unstable" : "nobody");
  if (of !== "hotspot_class" || result.value === 0) return t("hotspots.class_of", { what: what(), text: className(of, result.value) });
  return t(result.value > 0 ? "hotspots.more" : "hotspots.fewer", { what: what(), rate: { 1: 10, 2: 5, 3: 1 }[Math.abs(result.value)] });
}

/** How an area is shown, in a few words: its class, or nothing where a rate says it all. */
export function shortOf(spot: Spot): string {
  const { value, status } = spot.results[method.value];
  if (isClassed(method.value)) return className(method.value, value ?? (status === "unstable" ? "unstable" : "nobody"));
  return "";
}

/** "between 12 and 20 %" */
export function rangeName(place: number, breaks: readonly number[]): string {
  const [from, to] = [breaks[place - 1], breaks[place]].map((b) => (b === undefined ? undefined : grouped(b, Number.isInteger(b) ? 0 : 1)));
  if (from === undefined) return to === undefined ? t("hotspots.any") : t("hotspots.under", { to });
  return to === undefined ? t("hotspots.from", { from }) : t("hotspots.between", { from, to });
}

export const reasonName = (shown: Exclude<Shown, number>): string => reason(shown);

/** "9 areas, 1 240 ± 60 households (34 ± 2 %), relative risk 1.9, p 0.001" */
export const clusterSentence = (c: Cluster): string =>
  t("hotspots.cluster_of", {
    areas: c.areaCount, households: numberOf("cluster_households", c.households).text, share: numberOf("cluster_share", c.share).text,
    risk: numberOf("relative_risk", c.risk).text, p: numberOf("cluster_p", c.p).text,
  });

/** The map in words, for whoever does not see it. */
export const inWords = (listed: readonly Spot[]): string => t("hotspots.drawn", { what: what(), unit: unitName(unit.value), number: listed.length });

