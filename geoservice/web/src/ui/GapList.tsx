import { gaps, loading } from "../data";
import { number } from "../api";
import { named, t } from "../i18n";
import { flyToGeometry } from "../map/flight";
import { estimateOf } from "../number";
import { mode, overlays, selectedGap, service, standard, toggle } from "../state";
import type { Feature } from "../types";
import { numberOf, serviceName } from "./words";

function choose(gap: Feature): void {
  selectedGap.value = String(gap.properties["unit"]);
  if (!overlays.value.has("gaps")) toggle("gaps");
  if (gap.geometry) flyToGeometry(gap.geometry);
}

function Gap({ gap, most }: { gap: Feature; most: number }) {
  const p = gap.properties;
  const people = numberOf("uncovered_persons", estimateOf(p, "uncovered_persons"));
  const nearest = estimateOf(p, "nearest_minutes");
  const reach = numberOf("reach_persons", estimateOf(p, "reach_persons"));
  const width = (100 * (number(p["uncovered_persons"]) ?? 0)) / most;
  return (
    <li>
      <button type="button" aria-pressed={selectedGap.value === p["unit"]} data-unit={String(p["unit"])} onClick={() => choose(gap)}>
        <b>{number(p["rank"]) ?? "–"}</b>
        <span class="people">
          <strong class={people.uncertain ? "uncertain" : people.known ? "" : "none"} title={people.hint || undefined}>
            {people.known ? t("gap.persons", { count: people.text }) : people.text}
          </strong>
          <i style={{ width: `${most > 0 ? Math.max(2, width) : 0}%` }} />
          <small>
            {nearest.value === null ? t("gap.unreachable") : t("gap.away", { minutes: numberOf("nearest_minutes", nearest).number })}
            {t("semicolon")}
            {t("gap.would", { persons: reach.text })}
          </small>
        </span>
      </button>
    </li>
  );
}

export function GapList() {
  const most = Math.max(0, ...gaps.value.map((g) => number(g.properties["uncovered_persons"]) ?? 0));
  return (
    <section class="gaps" aria-busy={loading.value}>
      <h2>{t("gaps.title")}</h2>
      <p class="quiet">{t("gap.beyond", { minutes: standard.value, service: serviceName(service.value), mode: named("mode", mode.value).toLocaleLowerCase("en") })}</p>
      <ol>{gaps.value.map((gap) => <Gap key={gap.id} gap={gap} most={most} />)}</ol>
      {!loading.value && gaps.value.length === 0 && <p class="quiet">{t("gaps.none")}</p>}
    </section>
  );
}
