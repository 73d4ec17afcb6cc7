/** Which layer fills the map, with its legend beneath it, and what lies on top. */

import { GAPS } from "../equal/compare";
import { marginOf, styled } from "../columns";
import { showTheme } from "../flow/load";
import { code as hotspotCode } from "../hotspot/load";
import { named, say, show, t } from "../i18n";
import { narrow } from "../layout";
import { closeTool } from "../live/tool";
import { leaveScenario } from "../scenario/choice";
import { code as scenarioCode } from "../scenario/load";
import { shown } from "../map/ground";
import { RADIUS } from "../map/overlay";
import { palette } from "../map/palette";
import { kindOf, WIDE, type Kind } from "../number";
import { minutesScale, scaleOf, type Scale, type Swatch } from "../scale";
import { FAIRNESS, flowsOn, gapsApply, HOTSPOTS, minutes, onTop, overlays, ownTab, service, standard, study, tab, theme, tier, toggle, views } from "../state";
import type { Layer } from "../types";
import { sentence, serviceName, unitOf } from "./words";

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

function Legend({ layer }: { layer: Layer }) {
  const want = shown.value?.want;
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

/** Stations that the question is about, those that it is not, and what their size says. */
function StationKeys({ layer }: { layer: Layer }) {
  const dot = (size: number, colour: string) => <i class="dot" style={{ width: `${2 * size}px`, height: `${2 * size}px`, background: colour }} />;
  const main = layer.style.legend.colours[0] ?? "";
  const ScenarioKeys = scenarioCode.value.value?.ScenarioKeys;
  const which = tier.value === "any" ? "" : named("tier", tier.value);
  return (
    <p class="legend extra">
      <span class="key">{dot(6, main)}{t(which ? "legend.offers_tier" : "legend.offers", { service: serviceName(service.value), tier: which })}</span>
      <span class="key">{dot(6, palette.value.otherStation)}{t("legend.other_stations")}</span>
      {study.value.tiers.length > 1 && study.value.tiers.map((id) => <span key={id} class="key">{dot(RADIUS[id] ?? 5.5, "var(--quiet)")}{named("tier", id)}</span>)}
      {ScenarioKeys && <ScenarioKeys />}
    </p>
  );
}

const mark = (layer: Layer) => <i class={`mark ${layer.id === "gaps" ? "gap" : layer.style.kind}`} style={layer.style.kind === "circle" ? { background: layer.style.legend.colours[0] } : undefined} />;

function Overlay({ layer }: { layer: Layer }) {
  const gaps = layer.id === "gaps";
  const off = flowsOn.value || (gaps && !gapsApply.value);
  return (
    <div class={`layer${off ? " off" : ""}`}>
      <label title={say(layer.description)}>
        <input type="checkbox" name={layer.id} checked={overlays.value.has(layer.id) && !off} disabled={off} aria-describedby={off ? `reason-${layer.id}` : undefined} onChange={() => toggle(layer.id)} />
        {mark(layer)}
        <span>{say(layer.title)}{gaps && <small> {t("layers.standard", { minutes: standard.value })}</small>}</span>
      </label>
      {off && <small class="reason" id={`reason-${layer.id}`}>{flowsOn.value ? t("idle.on_flows") : t("idle.gaps", { minutes: standard.value })}</small>}
      {layer.id === "stations" && overlays.value.has(layer.id) && !off && <StationKeys layer={layer} />}
    </div>
  );
}

/** Beside the map the tab of a view comes with it; in the one sheet of a narrow screen the choice stays in sight. */
function choose(id: string): void {
  showTheme(id);
  const own = ownTab(id);
  if (own) {
    leaveScenario();
    closeTool();
  }
  if (own && !narrow.value) tab.value = own;
}

export function Layers() {
  const HotspotLegend = hotspotCode.value.value?.HotspotLegend;
  return (
    <section class="layers" aria-label={t("layers.title")}>
      <fieldset>
        <legend>{t("layers.ground")}</legend>
        {views.value.map((layer) => (
          <div key={layer.id} class="layer">
            <label title={say(layer.description)}>
              <input type="radio" name="theme" value={layer.id} checked={theme.value === layer.id} onChange={() => choose(layer.id)} />
              <span>{say(layer.title)}</span>
            </label>
            {theme.value === layer.id && <Legend layer={layer} />}
            {theme.value === layer.id && layer.id === HOTSPOTS && HotspotLegend && <HotspotLegend />}
          </div>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t("layers.top")}</legend>
        {onTop.value.map((layer) => <Overlay key={layer.id} layer={layer} />)}
      </fieldset>
    </section>
  );
}
