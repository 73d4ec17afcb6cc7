/** Which layer fills the map, with its legend beneath it, and what lies on top. */

import { showTheme } from "../flow/load";
import { code as hotspotCode } from "../hotspot/load";
import { named, say, t } from "../i18n";
import { narrow } from "../layout";
import { closeTool } from "../live/tool";
import { leaveScenario } from "../scenario/choice";
import { code as scenarioCode } from "../scenario/load";
import { RADIUS } from "../map/overlay";
import { palette } from "../map/palette";
import { flowsOn, gapsApply, HOTSPOTS, onTop, overlays, ownTab, service, standard, study, tab, theme, tier, toggle, views } from "../state";
import { crowded } from "../stations";
import type { Layer } from "../types";
import { Legend } from "./Legend";
import { serviceName } from "./words";

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
      {crowded.value && <span>{t("legend.closer")}</span>}
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
