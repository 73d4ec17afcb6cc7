/** The address of a picture of what the map shows: for a report, made by the server. */

import { computed } from "@preact/signals";
import { url } from "./api";
import { isCopy } from "./copy";
import { language, t } from "./i18n";
import { kind } from "./equal/choice";
import { CATCHMENT, METHODS } from "./hotspot/columns";
import { method, stem, unit } from "./hotspot/choice";
import { frame } from "./map/flight";
import { scenarioOn } from "./scenario/choice";
import { flowsOn, gapsApply, group, hotspotsOn, fairnessOn, leftOutReleased, level, minutes, mode, onTop, overlays, service, standard, theme, tier } from "./state";

const LARGEST = 2000;

/** The server draws the layer as the release colours it: by coverage. */
const compared = (): boolean => fairnessOn.value && kind.value !== "coverage";

/** The classes of Gi*, which the server's style is for; null where another method is chosen, and for catchments. */
const hotspotProperty = computed((): string | null => (method.value === METHODS[0] && unit.value !== CATCHMENT && stem.value !== null ? `${stem.value}_class` : null));

/** Null while there is no map, and where the release does not hold the numbers that colour it: the page has worked them out. */
export const pictureUrl = computed((): string | null => {
  const seen = frame.value;
  if (isCopy || !seen || scenarioOn.value || flowsOn.value || (hotspotsOn.value && hotspotProperty.value === null) || compared() || (theme.value === "uncovered" && !leftOutReleased.value)) return null;
  const above = onTop.value.filter((l) => overlays.value.has(l.id) && (l.id !== "gaps" || gapsApply.value)).map((l) => l.id);
  const size = (pixels: number): number => Math.min(Math.max(Math.round(pixels), 300), LARGEST);
  return url("map", {
    collections: [theme.value, ...above].join(","),
    bbox: seen.box.map((v) => v.toFixed(5)).join(","),
    width: size(seen.width),
    height: size(seen.height),
    service: service.value,
    mode: mode.value,
    ...(tier.value === "any" ? {} : { tier: tier.value }),
    ...(group.value === "all" ? {} : { group: group.value }),
    minutes: minutes.value,
    ...(hotspotsOn.value ? { level: unit.value, property: hotspotProperty.value! } : { level: level.value }),
    lang: language.value,
  });
});

/** Why there is no picture. */
export const noPicture = (): string => (isCopy ? t("copy.picture") : scenarioOn.value ? t("picture.scenario") : flowsOn.value ? t("picture.flows") : hotspotsOn.value ? t("picture.hotspots") : compared() ? t("picture.equal") : t("picture.none", { minutes: standard.value }));
