/** The legend of the layer that fills the map: its classes, their unit, and what grey ground and dots stand for. */

import { marginOf, styled } from "../columns";
import { GAPS } from "../equal/compare";
import { named, say, show, t } from "../i18n";
import { changeShown, shown } from "../map/ground";
import { kindOf, WIDE, type Kind } from "../number";
import { minutesScale, scaleOf, type Scale, type Swatch } from "../scale";
import { ACCESSIBILITY } from "../scenario/choice";
import { changeStyle, HATCH } from "../scenario/maps/classes";
import { scheme } from "../scheme";
import { FAIRNESS, group, minutes, mode, service, study, tier } from "../state";
import type { Layer } from "../types";
import { groupName, modeName, sentence, serviceName, unitOf } from "./words";

/** Measures with a largest and a smallest number; the last class of any other says that it has no end. */
const BOUNDED = new Set(["covered_share", ...GAPS]);

/** What the dots of a measure stand for: why its number cannot exist. */
function emptyText(layer: Layer, measure: string): string | null {
  const least = study.value.disclosure?.hide_below;
  if (measure === "minutes") return layer.style.beyond === null ? t("beyond") : null;
  if (kindOf(measure) === "count") return least ? t("status.under", { least }) : null;
  if (GAPS.includes(measure) && measure !== "coverage_gap") return t("equal.no_number");
  if (measure === "minutes_gini") return t("legend.nobody_reached");
  return measure === "load" ? t("legend.no_capacity") : kindOf(measure) === "minutes" ? t("beyond") : t("status.nobody");
}

const WIDE_KINDS: readonly Kind[] = ["ratio", "difference"];

const neutral = ({ style: { legend } }: Layer): string => legend.colours[Math.floor(legend.colours.length / 2)] ?? "";

/** Keys for grey ground and for dots. */
function Keys({ layer, measure }: { layer: Layer; measure: string }) {
  const column = styled(layer);
  const empty = emptyText(layer, measure);
  return (
    <>
      {layer.id === FAIRNESS && <span class="key"><i class="grey" style={{ background: neutral(layer) }} />{t("equal.none")}</span>}
      {column && layer.id !== FAIRNESS && marginOf(layer, column) && (
        <span class="key">
          <i class="grey" style={{ background: layer.style.legend.uncertain }} />
          {t(WIDE_KINDS.includes(kindOf(measure)) ? "legend.wide" : "legend.uncertain", { points: WIDE })}
        </span>
      )}
      {empty && <span class="key"><i class="dots" />{empty}</span>}
    </>
  );
}

const ground = ({ colour, faint, within }: Swatch): string =>
  within >= 1 ? colour : within <= 0 ? faint : `linear-gradient(90deg, ${colour} ${100 * within}%, ${faint} ${100 * within}%)`;

const atBreak = (value: number | undefined): string => show(value, Number.isInteger(value) ? 0 : 1);

/** A swatch for each class, and each break under the line between two of them. */
function Classes({ scale: { swatches, breaks }, open }: { scale: Scale; open: boolean }) {
  const inner = open ? breaks.slice(0, -1) : breaks;
  return (
    <div class="scale">
      <ul>{swatches.map((s, i) => <li key={i} style={{ background: ground(s) }} />)}</ul>
      <ol>
        {inner.map((b, i) => <li key={b} style={{ left: `${(100 * (i + 1)) / swatches.length}%` }}>{atBreak(b)}</li>)}
        {open && <li class="open">{t("above", { value: atBreak(breaks.at(-1)) })}</li>}
      </ol>
    </div>
  );
}

/** Of the difference of two scenarios: brown where the second has less, teal where it has more. */
function ChangeLegend({ layer }: { layer: Layer }) {
  const style = changeStyle(layer);
  const grey = style.legend.uncertain;
  const access = layer.id === ACCESSIBILITY;
  const small = (text: string): string => text.toLocaleLowerCase("en");
  const words = { service: serviceName(service.value), mode: small(modeName(mode.value)), tier: small(named("tier", tier.value)), group: groupName(group.value), minutes: minutes.value };
  return (
    <div class="legend change">
      <p>{t(access ? "maps.change_access" : "maps.change", words)}</p>
      <Classes scale={scaleOf(style)} open={false} />
      <p class="extra">
        <span>{t("legend.unit", { unit: access ? t("unit.per_1000_persons").trim() : t("unit.points_long") })}</span>
        <span class="key"><i class="hatch" style={{ background: `repeating-linear-gradient(135deg, rgb(${HATCH[scheme.value].join(" ")}) 0 1.5px, ${grey} 1.5px 5px)` }} />{t("maps.below_margin")}</span>
        <span class="key"><i class="dots" />{t("status.nobody")}</span>
      </p>
    </div>
  );
}

export function Legend({ layer }: { layer: Layer }) {
  const want = shown.value?.want;
  if (changeShown.value && layer.id === shown.value?.layer.id) return <ChangeLegend layer={layer} />;
  if (!want || layer.style.colours.length === 0) return null;
  const timed = want.measure === "minutes";
  const unit = unitOf(styled(layer)?.unit ?? "");
  const scale = timed ? minutesScale(layer.style, minutes.value, study.value.minutes.at(-1) ?? 0) : scaleOf(layer.style);
  return (
    <div class="legend">
      <p>{sentence(want) || say(layer.description)}</p>
      <Classes scale={scale} open={!BOUNDED.has(want.measure)} />
      <p class="extra">
        {unit && <span>{t("legend.unit", { unit: GAPS.includes(want.measure) && want.measure !== "minutes_gap" ? t("unit.points_long") : unit.trim() })}</span>}
        <Keys layer={layer} measure={want.measure} />
      </p>
    </div>
  );
}
