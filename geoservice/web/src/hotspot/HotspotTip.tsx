/** The sentence beside the pointer, for an area of the hotspots that is pointed at. */

import { t } from "../i18n";
import { frame } from "../map/flight";
import { tip } from "../map/pointer";
import { numberOf } from "../ui/words";
import { method } from "./choice";
import { spotOf } from "./data";
import { sentenceOf, titleOf } from "./words";
import { isClassed } from "./classes";

export function HotspotTip() {
  const at = tip.value;
  const spot = spotOf(at?.area ?? null);
  if (!at || !spot) return null;
  const rate = numberOf("smoothed_rate", spot.results.smoothed_rate);
  return (
    <div class={at.x > (frame.value?.width ?? 0) / 2 ? "tip left" : "tip"} style={{ left: `${at.x}px`, top: `${at.y}px` }} aria-hidden="true">
      <strong>{titleOf(spot)}</strong>
      <span>{sentenceOf(spot)}</span>
      {isClassed(method.value) && rate.known && <span>{t("hotspots.smoothed", { rate: rate.text })}</span>}
    </div>
  );
}
