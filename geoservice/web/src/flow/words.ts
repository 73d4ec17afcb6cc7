/** Flows in the reader's words. */

import { computed } from "@preact/signals";
import { language, say, show, t } from "../i18n";
import { numberOf } from "../ui/words";
import { direction, place } from "./choice";
import { arrival, excess } from "./filters";
import { flows } from "./data";
import type { Flow } from "./flows";

/** "Fuyang → Yixiu District" */
export const titleOf = ({ origin, area }: Flow): string => `${say(origin.name)} → ${say(area.name)}`;

/** The end that the rows differ by: the other goes without saying where all have the same. */
export const differing = computed((): "origin" | "area" | "both" => {
  const all = flows.value.value ?? [];
  const one = (codes: string[]): boolean => new Set(codes).size === 1;
  const [origins, areas] = [one(all.map((f) => f.origin.code)), one(all.map((f) => f.area.code))];
  if (excess.value && place.value === null) return "both"; // few rows: that they have one end in common is chance
  if (origins && areas) return direction.value === "in" ? "origin" : "area";
  return areas ? "origin" : origins ? "area" : "both";
});

export const rowName = (flow: Flow): string => (differing.value === "both" ? titleOf(flow) : say(flow[differing.value].name));

/** "about 1 240 ± 90 people from Fuyang" */
export function sentenceOf({ origin, persons }: Flow): string {
  const { number, margin, text, known } = numberOf("persons", persons);
  const from = say(origin.name);
  const sentence = !known
    ? t("flows.unknown", { number: text, origin: from })
    : margin
      ? t("flows.people", { number, margin, origin: from })
      : t("flows.people_range", { number, origin: from });
  return arrival.value === null ? sentence : t("flows.since", { text: sentence, since: t(`flows.arrived.${arrival.value}`) });
}

/** What else is known of a flow: its share of the migrants of the area, and the distance. */
export function detailOf({ share, area, kilometres, expected, ratio, far }: Flow): string {
  const of = numberOf("flow_share", share);
  const parts = [
    ...(far ? [t("flows.far", { ratio: numberOf("flow_ratio", ratio).text, expected: numberOf("persons", expected).text })] : []),
    ...(of.known && arrival.value === null ? [t("flows.share_of", { share: of.text, area: say(area.name) })] : []),
    ...(kilometres === null ? [] : [t("flows.away", { kilometres: show(kilometres) })]),
  ];
  return parts.join(t("semicolon"));
}

/** The flows of the map in words, for whoever does not see it. */
export function inWords(lines: readonly Flow[]): string {
  if (lines.length === 0) return t("flows.no_lines");
  const drawn = excess.value ? "flows.drawn_excess" : "flows.drawn";
  const sentences = lines.slice(0, 3).map((f) => (differing.value === "origin" ? sentenceOf(f) : t("flows.at", { area: say(f.area.name), text: sentenceOf(f) })));
  return t(drawn, { number: lines.length, largest: new Intl.ListFormat(language.value === "zh" ? "zh-CN" : "en-GB").format(sentences) });
}
