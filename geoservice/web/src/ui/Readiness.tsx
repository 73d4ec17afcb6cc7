/** Whether stations meet the standard of their tier: of an area, and of one station. */

import { useEffect } from "preact/hooks";
import { fetchItems, itemsUrl, number } from "../api";
import { language, show, t } from "../i18n";
import { Loaded } from "../loaded";
import { estimateOf } from "../number";
import { once } from "../series";
import { layerOf, level, mode, selected, service, standard } from "../state";
import type { Value } from "../types";
import { Estimated } from "./Estimated";
import { Failure } from "./Failure";
import { serviceName } from "./words";

const READINESS = "readiness";
type Properties = Record<string, Value>;

export const areaReadiness = new Loaded<Properties | null>(
  () => (layerOf(READINESS) && selected.value !== null ? JSON.stringify([level.value, selected.value]) : null),
  async () => {
    const query = { geography: level.value, unit: selected.value ?? "", skipGeometry: true };
    const found = await once(`readiness ${JSON.stringify(query)}`, () => fetchItems(READINESS, query));
    return found[0]?.properties ?? null;
  },
);

/** The stations of an area that are ready, and its people by what covers them, each within the standard time. */
export function AreaReadiness() {
  useEffect(() => areaReadiness.keep(), []);
  const p = areaReadiness.value.value;
  if (areaReadiness.problem.value) return <Failure what="readiness" problem={areaReadiness.problem.value} retry={areaReadiness.retry} />;
  if (!p) return null;
  const trip = `${service.value}_${mode.value}`;
  const [all, ready, unknown] = ["stations", "stations_ready", "stations_unknown"].map((name) => number(p[`${name}_any`]));
  const estimated = (name: string) => <Estimated measure={name} of={estimateOf(p, `${name}_${trip}`)} />;
  return (
    <section class="readiness">
      <h3>{t("readiness.title")}</h3>
      <p class="quiet">{t("readiness.about", { service: serviceName(service.value), minutes: standard.value })}</p>
      <dl class="numbers">
        <div><dt>{t("readiness.stations")}</dt><dd>{t("readiness.of", { ready: show(ready), all: show(all) })}</dd></div>
        {!!unknown && <div><dt>{t("readiness.stations_unknown")}</dt><dd>{show(unknown)}</dd></div>}
        <div><dt>{t("readiness.stated_share")}</dt><dd>{estimated("stated_share")}</dd></div>
        <div><dt>{t("readiness.ready_share")}</dt><dd>{estimated("ready_share")}</dd></div>
        <div><dt>{t("readiness.name_only")}</dt><dd>{estimated("name_only_persons")}</dd></div>
        <div><dt>{t("readiness.unknown_only")}</dt><dd>{estimated("unknown_only_persons")}</dd></div>
      </dl>
      <a href={itemsUrl(READINESS, { geography: level.value, unit: selected.value ?? "" })} target="_blank" rel="noopener">{t("source")}</a>
    </section>
  );
}

/** What a station lacks, and what it does not state, as facts; nothing where there are no standards. */
export function readinessOf(p: Properties): [string, string][] {
  if (!p["readiness"]) return [];
  const texts = (["lacks", "unknown"] as const).flatMap((name): [string, string][] => {
    const text = p[`${name}_${language.value}`];
    return text ? [[t(`readiness.${name}`), String(text)]] : [];
  });
  return [[t("readiness.status"), t(`readiness.is.${String(p["readiness"])}`)], ...texts];
}
