/** Small texts of the page made of several parts. */

import { GAPS } from "../equal/compare";
import { styled, type Part, type Wanted } from "../columns";
import { language, named, say, t } from "../i18n";
import { written, type Written } from "../number";
import { group as groupNow, idle, manifest, minutes, mode, service, study, themeLayer, tier } from "../state";
import type { Estimate } from "../types";

/** How a unit of a layer's file is written behind a number. */
export const unitOf = (unit: string): string =>
  ({ "%": "%", min: t("unit.min"), "percentage point": t("unit.points"), "per 1000 persons": t("unit.per_1000_persons") })[unit] ?? "";

export const serviceName = (id: string): string => {
  const found = study.value.services.find((s) => s.id === id);
  return found ? say(found.title) : id;
};

/** The name of a mode, and whether its times are those of the rush hour. */
export const modeName = (id: string): string => {
  const factor = study.value.peak_factor?.[id] ?? 1;
  return factor > 1 ? t("mode_peak", { mode: named("mode", id), factor }) : named("mode", id);
};

export const groupName = (id: string): string => {
  const found = study.value.groups.find((g) => g.id === id);
  return found ? say(found.title) : named("group", id);
};

/** What is asked, in one line. */
export const askedText = (): string =>
  t("headline.question", { group: groupName(groupNow.value), minutes: minutes.value, service: serviceName(service.value), mode: modeName(mode.value).toLocaleLowerCase("en"), tier: named("tier", tier.value).toLocaleLowerCase("en") });

/** One sentence that says which number is drawn. */
export function sentence(want: Wanted): string {
  const { service: of = "", mode: by = "", tier: from = "", group = "" } = want.dimensions;
  const small = (text: string): string => text.toLocaleLowerCase("en");
  const words = { service: serviceName(of), mode: small(modeName(by)), tier: small(named("tier", from || "any")), group: groupName(group || "all"), minutes: minutes.value };
  return t(`sentence.${want.measure}`, { ...words, defaultValue: "" });
}

/** Why a control has no effect now; null where it has one. */
export function idleReason(part: Part): string | null {
  const why = idle(part);
  if (why === null) return null;
  if (part === "group" && themeLayer.value && GAPS.includes(styled(themeLayer.value)?.measure ?? "")) return t("idle.compared");
  return why === "group" ? t("idle.tier_of_group", { group: groupName(groupNow.value) }) : t(`idle.${part}`, { layer: themeLayer.value ? say(themeLayer.value.title) : "" });
}

/** A number with its margin in the reader's language; where `adds`, in the form of a column that is summed. */
export const numberOf = (measure: string, estimate: Estimate, adds = false): Written => {
  const last = study.value.minutes.at(-1) ?? 0;
  return written(measure, estimate, { t, last, hideBelow: study.value.disclosure?.hide_below ?? null }, adds);
};

/** What the release says of its own numbers, in two sentences. */
export const disclosureLine = (): string => {
  const { statement } = manifest.value.disclosure ?? {};
  return statement?.[language.value] || t("disclosure");
};
