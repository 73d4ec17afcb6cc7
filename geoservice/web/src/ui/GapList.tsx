/** Gaps by the people not covered; each flies to its ground. */

import { gapList } from "../data";
import { number } from "../api";
import { t } from "../i18n";
import { flyToGeometry } from "../map/flight";
import { estimateOf } from "../number";
import { askOfGaps, gapsApply, mode, overlays, selectedGap, service, standard, toggle } from "../state";
import type { Feature } from "../types";
import { Failure } from "./Failure";
import { modeName, numberOf, serviceName } from "./words";

function choose(gap: Feature): void {
  selectedGap.value = String(gap.properties["unit"]);
  if (!gapsApply.value) askOfGaps();
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
  const all = gapList.value.value ?? [];
  const most = Math.max(0, ...all.map((g) => number(g.properties["uncovered_persons"]) ?? 0));
  return (
    <section class="gaps" aria-busy={gapList.loading.value}>
      <h2>{t("gaps.title")}</h2>
      <p class="quiet">{t("gaps.question", { minutes: standard.value, service: serviceName(service.value), mode: modeName(mode.value).toLocaleLowerCase("en") })}</p>
      {gapList.problem.value && <Failure what="gaps" problem={gapList.problem.value} retry={gapList.retry} />}
      {gapList.loading.value && <p class="quiet" role="status">{t("loading")}</p>}
      <ol>{all.map((gap) => <Gap key={gap.id} gap={gap} most={most} />)}</ol>
      {gapList.value.value?.length === 0 && <p class="quiet">{t("gaps.none")}</p>}
    </section>
  );
}
