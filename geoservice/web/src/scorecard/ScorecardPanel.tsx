/** The tab of the scorecards: choices, the table of areas, the funnel plot, files, and the same as a page to print. */

import { useEffect } from "preact/hooks";
import { language, named, say, t } from "../i18n";
import { chooseService, level, manifest, study } from "../state";
import { Failure } from "../ui/Failure";
import { Select } from "../ui/Select";
import { groupName, serviceName } from "../ui/words";
import { cardGroup, cardLevel, cardService, chooseGroup, chosenPeriod, groups, levels, services } from "./choice";
import { cards, csvUrl, period, periods, shown } from "./data";
import { FunnelPlot } from "./FunnelPlot";
import { ScorecardTable } from "./ScorecardTable";
import { subject } from "./words";
import "./scorecard.css";

const Choices = () => (
  <div class="question">
    <div class="pair">
      <Select name="card_service" label={t("scorecard.choice.service")} value={cardService.value} options={services.value.map((id) => [id, serviceName(id)] as const)} choose={chooseService} />
      <Select name="card_group" label={t("scorecard.choice.group")} value={cardGroup.value} options={groups.value.map((id) => [id, groupName(id)] as const)} choose={chooseGroup} />
    </div>
    <div class="pair">
      <Select name="card_level" label={t("scorecard.choice.level")} value={cardLevel.value} options={levels.value.map((id) => [id, named("level", id)] as const)} choose={(id) => (level.value = id)} />
      <Select name="card_period" label={t("scorecard.choice.period")} value={period.value} options={[...periods.value].reverse().map((id) => [id, id] as const)} choose={(id) => (chosenPeriod.value = id === periods.value.at(-1) ? null : id)} />
    </div>
  </div>
);

const day = (): string => new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long" }).format(new Date(manifest.value.created));

/** How the areas stand, in a sentence. */
function Summary() {
  const of = (kind: number): number => shown.value.filter((c) => c.targetClass.value === kind).length;
  const { target, overall } = shown.value[0] ?? {};
  return (
    <p>
      {overall != null && t("scorecard.overall", { rate: overall.toFixed(1) })}{" "}
      {target != null && t("scorecard.summary", { target, met: of(1), not: of(-1), open: of(0) })}
    </p>
  );
}

export function ScorecardPanel() {
  useEffect(() => cards.keep(), []);
  const found = cards.value.value;
  return (
    <section class="areas scorecard" aria-busy={cards.loading.value}>
      <header>
        <p class="paper">{say(study.value.title)}</p>
        <h2>{t("scorecard.title", { subject: subject() })}</h2>
        <p class="paper">{t("scorecard.of", { level: named("level", cardLevel.value), period: period.value, release: manifest.value.release, date: day() })}</p>
      </header>
      <Choices />
      {cards.problem.value && <Failure what="scorecards" problem={cards.problem.value} retry={cards.retry} />}
      {cards.loading.value && <p class="quiet" role="status">{t("loading")}</p>}
      {found?.length === 0 && <p class="quiet">{t("scorecard.none")}</p>}
      {shown.value.length > 0 && (
        <>
          <Summary />
          <ScorecardTable />
          <FunnelPlot cards={shown.value} />
          <p class="quiet">{t("scorecard.note")}</p>
          {study.value.source && <p class="paper">{say(study.value.source)}</p>}
          <p class="files">
            {csvUrl.value && <a href={csvUrl.value} download={`${study.value.id}-scorecards.csv`}>{t("scorecard.csv")}</a>}
            <button type="button" class="plain" onClick={() => window.print()}>{t("scorecard.print")}</button>
          </p>
        </>
      )}
    </section>
  );
}
