/** The address of a picture of what the map shows: for a report, made by the server. */

import { computed } from "@preact/signals";
import { url } from "./api";
import { language, t } from "./i18n";
import { frame } from "./map/flight";
import { gapsApply, group, leftOutReleased, level, minutes, mode, onTop, overlays, service, standard, theme, tier } from "./state";

const LARGEST = 2000;

/** Null while there is no map, and where the release does not hold the numbers that colour it: the page has worked them out. */
export const pictureUrl = computed((): string | null => {
  const seen = frame.value;
  if (!seen || (theme.value === "uncovered" && !leftOutReleased.value)) return null;
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
    level: level.value,
    lang: language.value,
  });
});

/** Why there is no picture. */
export const noPicture = (): string => t("picture.none", { minutes: standard.value });
