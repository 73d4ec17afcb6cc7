/** Which layer fills the ground, with its legend beneath it, and what lies on top. */

import { say, show, t } from "../i18n";
import { shown } from "../map/drawing";
import { minutes, onTop, overlays, standard, theme, themes, toggle } from "../state";
import type { Layer } from "../types";
import { Suppressed } from "./Suppressed";
import { sentence, unitOf } from "./words";
import { styled } from "../columns";

/** Measures without a largest number: the last class says that it has no end. */
const OPEN = new Set(["load", "minutes", "uncovered_persons"]);

/** A swatch for each class, and each break under the line between two of them. */
function Scale({ layer, inclusive, open }: { layer: Layer; inclusive: boolean; open: boolean }) {
  const { breaks } = layer.style;
  const colours = layer.style.colours.slice(0, breaks.length + 1);
  const faded = (i: number): boolean => inclusive && (breaks[i] ?? Infinity) > minutes.value;
  return (
    <div class="scale">
      <ul>{colours.map((c, i) => <li key={c} class={faded(i) ? "faded" : ""} style={{ background: c }} />)}</ul>
      <ol>
        {breaks.slice(0, open ? -1 : undefined).map((b, i) => <li key={b} style={{ left: `${(100 * (i + 1)) / colours.length}%` }}>{show(b).replace("-", "−")}</li>)}
        {open && <li class="open">{t("above", { value: show(breaks.at(-1)) })}</li>}
      </ol>
    </div>
  );
}

function Legend({ layer }: { layer: Layer }) {
  const want = shown.value?.want;
  if (!want || layer.style.colours.length === 0) return null;
  const inclusive = want.measure === "minutes";
  const unit = unitOf(styled(layer)?.unit ?? "");
  return (
    <div class="legend">
      <p>{sentence(want) || say(layer.description)}</p>
      <Scale layer={layer} inclusive={inclusive} open={OPEN.has(want.measure)} />
      <p class="extra">
        {unit && <span>{t("legend.unit", { unit: want.measure === "coverage_gap" ? t("unit.points_long") : unit.trim() })}</span>}
        {layer.style.withheld !== false && <span class="key"><i class="hatch" /><Suppressed /></span>}
        <span class="key"><i class="dots" />{t(inclusive ? "legend.beyond" : "legend.no_data")}</span>
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
