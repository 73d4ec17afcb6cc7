/** Small texts of the page made of several parts. */

import type { Wanted } from "../columns";
import { named, say, t } from "../i18n";
import { study } from "../state";

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
  const words = { service: serviceName(service), mode: small(named("mode", mode)), tier: small(named("tier", tier || "any")), group: groupName(group || "all"), minutes };
  return t(`sentence.${want.measure}`, { ...words, defaultValue: "" });
}
