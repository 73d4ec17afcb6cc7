/** Small texts of the page made of several parts. */

import type { Wanted } from "../columns";
import { valueAt } from "../data";
import { named, say, show, t } from "../i18n";
import { standard, study } from "../state";

/** How a unit of a layer's file is written behind a number. */
export const unitOf = (unit: string): string =>
  ({ "%": "%", min: t("unit.min"), "percentage point": t("unit.points") })[unit] ?? "";

export const serviceName = (id: string): string => {
  const found = study.value.services.find((s) => s.id === id);
  return found ? say(found.title) : id;
};

export const groupName = (id: string): string => {
  const found = study.value.groups.find((g) => g.id === id);
  return found ? say(found.title) : named("group", id);
};

/** One sentence that says which number is drawn. */
export function sentence(want: Wanted): string {
  const { service = "", mode = "", tier = "", group = "", minutes = 0 } = want.dimensions;
  const small = (text: string): string => text.toLocaleLowerCase("en");
  const words = { service: serviceName(service), mode: small(named("mode", mode)), tier: small(named("tier", tier || "any")), group: groupName(group || "all"), minutes, standard: standard.value };
  return t(`sentence.${want.measure}`, { ...words, defaultValue: "" });
}

/**
 * Minutes within which a share of people reach a service. Before the first break and beyond the last nothing was measured, so
 * only the side is told: below the first, or beyond the last when the share released there says so. Null is not released.
 */
export function reaching(name: "median" | "p90", unit: string, places: number, after = ""): string | null {
  const breaks = study.value.minutes;
  const [first = 0, last = 0] = [breaks[0], breaks.at(-1)];
  const value = valueAt(name, unit, 0);
  if (value !== null) return value < first ? t("below", { value: first }) + after : show(value, places, after);
  const share = valueAt("share", unit, last);
  return share !== null && share < (name === "median" ? 50 : 90) ? t("above", { value: last }) + after : null;
}
