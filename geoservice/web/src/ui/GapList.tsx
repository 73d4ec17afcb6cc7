/** Service gaps as a table that can be sorted; each flies to its ground and shows the best place for a new station. */

import { askMoreGaps, GAP_PROPERTIES, gapList, moreGaps } from "../gaps";
import { number } from "../api";
import { language, t } from "../i18n";
import { flyToGeometry } from "../map/flight";
import { estimateOf } from "../number";
import { tryAt } from "../scenario/entry";
import { there } from "../scenario/choice";
import { askOfGaps, GAP_SORTS, gapSort, gapsApply, mode, overlays, selectedGap, service, sortGapsBy, standard, study, toggle, type GapSort } from "../state";
import { compare } from "../table";
import type { Feature, Value } from "../types";
import { Estimated } from "./Estimated";
import { Failure } from "./Failure";
import { ServerButton } from "./ServerButton";
import { modeName, numberOf, serviceName } from "./words";

type Properties = Record<string, Value>;

export const gapName = (p: Properties): string => String(p[`name_${language.value}`] ?? p["name_zh"] ?? p["unit"]);

function ordered(gaps: readonly Feature[]): Feature[] {
  const { key, down } = gapSort.value;
  const rank = (f: Feature): number => number(f.properties["rank"]) ?? Infinity;
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  const order = (a: Feature, b: Feature): number =>
    key === "name"
      ? (down ? -1 : 1) * collator.compare(gapName(a.properties), gapName(b.properties))
      : compare(GAP_PROPERTIES[key], estimateOf(a.properties, GAP_PROPERTIES[key]), estimateOf(b.properties, GAP_PROPERTIES[key]), down);
  return [...gaps].sort((a, b) => order(a, b) || rank(a) - rank(b));
}

function choose(gap: Feature): void {
  selectedGap.value = String(gap.properties["unit"]);
  if (!gapsApply.value) askOfGaps();
  if (!overlays.value.has("gaps")) toggle("gaps");
  if (gap.geometry) flyToGeometry(gap.geometry);
}

function Head({ of }: { of: GapSort }) {
  const { key, down } = gapSort.value;
  return (
    <th scope="col" aria-sort={key === of ? (down ? "descending" : "ascending") : "none"} class={of}>
      <button type="button" title={t(`gap.column.${of}_long`, { minutes: standard.value })} onClick={() => sortGapsBy(of)}>
        {t(`gap.column.${of}`)}
        <span aria-hidden="true">{key === of ? (down ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

function Count({ of, name }: { of: Properties; name: string }) {
  const shown = numberOf(name, estimateOf(of, name), true);
  return (
    <td class={shown.uncertain ? "uncertain" : shown.known ? "" : "none"} title={shown.hint || undefined}>
      {shown.number}
      {shown.margin && <small> {shown.margin}</small>}
    </td>
  );
}

/** Minutes before and after a new station; those beyond the search have no number. */
const minutesText = (p: Properties, name: string): string => {
  const of = estimateOf(p, name);
  return numberOf(name, of).text;
};

/** The best place for a new station in a gap, and what it would change. */
export function GapSite({ of }: { of: Properties }) {
  const [lon, lat] = [number(of["site_lon"]), number(of["site_lat"])];
  if (lon === null || lat === null) return <p class="quiet">{t("gap.no_site")}</p>;
  const near = of[`site_${language.value}`];
  return (
    <>
      <p>
        {near ? t("gap.site_near", { place: String(near) }) : t("gap.site")} <small class="quiet">{lat.toFixed(5)}, {lon.toFixed(5)}</small>
      </p>
      <p>
        {t("gap.reaches")} <Estimated measure="new_persons" of={estimateOf(of, "new_persons")} />{t("semicolon")}
        {t("gap.farthest", { before: minutesText(of, "longest_minutes"), after: minutesText(of, "longest_minutes_after") })}
      </p>
      {of["site_is_tied"] === true && <p class="quiet">{t("gap.tied")}</p>}
      {there.value && <ServerButton class="plain try-site" onClick={() => tryAt(lon, lat)}>{t("gap.try")}</ServerButton>}
    </>
  );
}

function Line({ gap }: { gap: Feature }) {
  const p = gap.properties;
  const unit = String(p["unit"]);
  const open = selectedGap.value === unit;
  const longest = estimateOf(p, "longest_minutes");
  return (
    <>
      <tr class={open ? "selected" : ""} data-unit={unit} onClick={() => choose(gap)}>
        <th scope="row"><button type="button" aria-pressed={open} title={gapName(p)}>{gapName(p)}</button></th>
        <Count of={p} name="uncovered_persons" />
        <Count of={p} name="new_persons" />
        <td class={longest.value === null ? "none" : ""}>{longest.value === null ? t("above", { value: study.value.minutes.at(-1) }) : numberOf("longest_minutes", longest).number}</td>
      </tr>
      {open && <tr class="site"><td colSpan={4}><GapSite of={p} /></td></tr>}
    </>
  );
}

export function GapList() {
  const all = gapList.value.value ?? [];
  return (
    <section class="gaps" aria-busy={gapList.loading.value}>
      <h2>{t("gaps.title")}</h2>
      <p class="quiet">{t("gaps.question", { minutes: standard.value, service: serviceName(service.value), mode: modeName(mode.value).toLocaleLowerCase("en") })}</p>
      {gapList.problem.value && <Failure what="gaps" problem={gapList.problem.value} retry={gapList.retry} />}
      {gapList.loading.value && <p class="quiet" role="status">{t("loading")}</p>}
      {all.length > 0 && (
        <table>
          <thead><tr>{GAP_SORTS.map((key) => <Head key={key} of={key} />)}</tr></thead>
          <tbody>{ordered(all).map((gap) => <Line key={gap.id} gap={gap} />)}</tbody>
        </table>
      )}
      {moreGaps.value && <button type="button" class="plain" onClick={askMoreGaps}>{t("gaps.more")}</button>}
      {gapList.value.value?.length === 0 && <p class="quiet">{t("gaps.none")}</p>}
    </section>
  );
}
