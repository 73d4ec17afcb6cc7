import { gaps, loading } from "../data";
import { number } from "../api";
import { named, show, t } from "../i18n";
import { flyToGeometry } from "../map/flight";
import { mode, overlays, selectedGap, service, standard, toggle } from "../state";
import type { Feature } from "../types";
import { serviceName } from "./words";

function choose(gap: Feature): void {
  selectedGap.value = String(gap.properties["unit"]);
  if (!overlays.value.has("gaps")) toggle("gaps");
  if (gap.geometry) flyToGeometry(gap.geometry);
}

function Gap({ gap, most }: { gap: Feature; most: number }) {
  const p = gap.properties;
  const people = number(p["uncovered_persons"]);
  const nearest = number(p["nearest_minutes"]);
  return (
    <li>
      <button type="button" aria-pressed={selectedGap.value === p["unit"]} data-unit={String(p["unit"])} onClick={() => choose(gap)}>
        <b>{number(p["rank"]) ?? "–"}</b>
        <span class="people">
          <strong class={people === null ? "none" : ""}>{people === null ? t("suppressed") : t("gap.persons", { count: show(people) })}</strong>
          <i style={{ width: `${most && people ? Math.max(2, (100 * people) / most) : 0}%` }} />
          <small>
            {nearest === null ? t("gap.unreachable") : t("gap.away", { minutes: show(nearest, 0) })}
            {t("semicolon")}
            {t("gap.would", { persons: show(number(p["reach_persons"])) })}
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
