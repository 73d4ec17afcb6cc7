/** Which layer fills the ground, with its legend beneath it, and what lies on top. */

import { say, show, t } from "../i18n";
import { shown } from "../map/drawing";
import { UNCERTAIN } from "../map/paint";
import { kindOf, WIDE, type Kind } from "../number";
import { minutes, onTop, overlays, standard, study, theme, themes, toggle } from "../state";
import type { Layer } from "../types";
import { sentence, unitOf } from "./words";
import { marginOf, styled } from "../columns";

/** Measures with a largest and a smallest number; the last class of any other says that it has no end. */
const BOUNDED = new Set(["covered_share", "coverage_gap"]);

/** What the dots of a measure stand for: why its number cannot exist. */
function emptyText(measure: string): string | null {
  if (measure === "minutes") return t("legend.beyond");
  const least = study.value.disclosure?.hide_below;
  if (kindOf(measure) === "count") return least ? t("status.under", { least }) : null;
  return measure === "load" ? t("legend.no_capacity") : kindOf(measure) === "minutes" ? t("beyond") : t("status.nobody");
}

const WIDE_KINDS: readonly Kind[] = ["ratio", "difference"];

/** Keys for grey ground and for dots. */
function Keys({ layer, measure }: { layer: Layer; measure: string }) {
  const column = styled(layer);
  const empty = emptyText(measure);
  return (
    <>
      {column && marginOf(layer, column) && <span class="key"><i class="grey" style={{ background: UNCERTAIN }} />{t(WIDE_KINDS.includes(kindOf(measure)) ? "legend.wide" : "legend.uncertain", { points: WIDE })}</span>}
      {empty && <span class="key"><i class="dots" />{empty}</span>}
    </>
  );
}

/** A swatch for each class, and each break under the line between two of them. */
function Scale({ layer, inclusive, open }: { layer: Layer; inclusive: boolean; open: boolean }) {
  const { breaks } = layer.style;
  const colours = layer.style.colours.slice(0, breaks.length + 1);
  const faded = (i: number): boolean => inclusive && (breaks[i] ?? Infinity) > minutes.value;
  return (
    <div class="scale">
      <ul>{colours.map((c, i) => <li key={c} class={faded(i) ? "faded" : ""} style={{ background: c }} />)}</ul>
      <ol>
        {breaks.slice(0, open ? -1 : undefined).map((b, i) => <li key={b} style={{ left: `${(100 * (i + 1)) / colours.length}%` }}>{show(b)}</li>)}
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
      <Scale layer={layer} inclusive={inclusive} open={!BOUNDED.has(want.measure)} />
      <p class="extra">
        {unit && <span>{t("legend.unit", { unit: want.measure === "coverage_gap" ? t("unit.points_long") : unit.trim() })}</span>}
        <Keys layer={layer} measure={want.measure} />
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
