/** The answer in one line: people, share covered, people not covered; the date of the release and its source. */

import { numbers } from "../data";
import { language, say, t } from "../i18n";
import { summary } from "../rows";
import { trail } from "../scope";
import { cardsOn } from "../scorecard/choice";
import { FAIRNESS, fairnessOn, FLOWS, flowsOn, HOTSPOTS, hotspotsOn, manifest, study, tab } from "../state";
import { Failure } from "./Failure";
import { Estimated } from "./Estimated";
import { askedText } from "./words";

const day = (): string =>
  new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long" }).format(new Date(manifest.value.created));

function Numbers() {
  const of = summary.value;
  const facts = [["people", "persons"], ["share", "covered_share"], ["left", "uncovered_persons"]] as const;
  return (
    <dl>
      {facts.map(([name, measure]) => (
        <div key={name} class={name}>
          <dt>{t(`headline.${name}`)}</dt>
          <dd>{of ? <Estimated measure={measure} of={of[name]} /> : t("waiting")}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Headline() {
  const { source } = study.value;
  const own = tab.value === FLOWS && flowsOn.value ? "flows" : tab.value === HOTSPOTS && hotspotsOn.value ? "hotspots" : tab.value === FAIRNESS && fairnessOn.value ? "equal" : cardsOn.value ? "scorecard" : null;
  const failed = trail.problem.value ? trail : numbers; // of an area whose place is not known there are no numbers
  return (
    <section class="headline" aria-label={t("headline.label")} aria-busy={numbers.loading.value}>
      <p class="asked">{own ? t(`${own}.headline`) : askedText()}</p>
      {own ? null : failed.problem.value ? <Failure what="numbers" problem={failed.problem.value} retry={failed.retry} /> : <Numbers />}
      <p class="quiet from">{t("headline.released", { release: manifest.value.release, date: day() })}{source && <> · {say(source)}</>}</p>
    </section>
  );
}
