/** Which layer fills the ground, with its legend beneath it, and what lies on top. */

import { say, t } from "../i18n";
import { shown } from "../map/drawing";
import { minutes, onTop, overlays, standard, theme, themes, toggle } from "../state";
import type { Layer } from "../types";
import { sentence, unitOf } from "./words";
import { styled } from "../columns";

interface Class {
  colour: string;
  label: string;
  faded?: boolean;
}

function classes(layer: Layer, inclusive: boolean): Class[] {
  const { breaks, colours } = layer.style;
  return colours.slice(0, breaks.length + 1).map((colour, i) => {
    const [low, high] = [breaks[i - 1], breaks[i]];
    const label = low === undefined ? (inclusive ? `≤ ${high}` : `< ${high}`) : high === undefined ? (inclusive ? `> ${low}` : `≥ ${low}`) : `${low}–${high}`;
    return { colour, label, faded: inclusive && (high ?? Infinity) > minutes.value };
  });
}

function Legend({ layer }: { layer: Layer }) {
  const want = shown.value?.want;
  if (!want || layer.style.colours.length === 0) return null;
  const inclusive = want.measure === "minutes";
  const unit = unitOf(styled(layer)?.unit ?? "");
  return (
    <div class="legend">
      <p>{sentence(want) || say(layer.description)}</p>
      <ul class={`n${layer.style.colours.length}`}>
        {classes(layer, inclusive).map((c) => (
          <li key={c.label} class={c.faded ? "faded" : ""}>
            <i style={{ background: c.colour }} />
            <span>{c.label.replace(/-(\d)/g, "−$1")}</span>
          </li>
        ))}
      </ul>
      <p class="extra">
        {unit && <span>{t("legend.unit", { unit: unit.trim() })}</span>}
        <span class="key"><i class="hatch" />{inclusive ? t("legend.beyond") : t("legend.suppressed")}</span>
      </p>
    </div>
  );
}

const mark = (layer: Layer) => <i class={`mark ${layer.id === "gaps" ? "gap" : layer.style.kind}`} />;

export function Layers() {
  return (
    <section class="layers" aria-label={t("layers.title")}>
      <fieldset>
        <legend>{t("layers.ground")}</legend>
        {themes.value.map((layer) => (
          <div key={layer.id} class="layer">
            <label title={say(layer.description)}>
              <input type="radio" name="theme" value={layer.id} checked={theme.value === layer.id} onChange={() => (theme.value = layer.id)} />
              <span>{say(layer.title)}</span>
            </label>
            {theme.value === layer.id && <Legend layer={layer} />}
          </div>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t("layers.top")}</legend>
        {onTop.value.map((layer) => (
          <label key={layer.id} class="layer" title={say(layer.description)}>
            <input type="checkbox" name={layer.id} checked={overlays.value.has(layer.id)} onChange={() => toggle(layer.id)} />
            {mark(layer)}
            <span>{say(layer.title)}{layer.id === "gaps" && <small> {t("layers.standard", { minutes: standard.value })}</small>}</span>
          </label>
        ))}
      </fieldset>
    </section>
  );
}
