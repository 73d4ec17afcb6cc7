/** The tab of equal services: what is compared, and the areas ranked by the difference where it is beyond its margin. */

import { names } from "../data";
import { language, named, t } from "../i18n";
import { level, selected, service, study } from "../state";
import { Failure } from "../ui/Failure";
import { Select } from "../ui/Select";
import { serviceName } from "../ui/words";
import { chosenKind, type Kind } from "./compare";
import { kind, kinds } from "./choice";
import { csvUrl, lineOf, published, ranking, series } from "./data";
import { EqualList } from "./EqualList";
import { kindName, question, sentenceOf } from "./words";
import "./equal.css";

function chooseLevel(id: string): void {
  selected.value = null;
  level.value = id;
}

/** The sentence of the area chosen, also where its row is out of sight. */
function Chosen() {
  const line = lineOf(selected.value);
  return line ? <p class="chosen" aria-live="polite"><strong>{line[language.value]}</strong> {sentenceOf(line)}</p> : null;
}

export function EqualPanel() {
  const { real, within } = ranking.value;
  return (
    <section class="areas equal" aria-busy={series.loading.value}>
      <h2>{t("equal.title")}</h2>
      <div class="pair">
        <Select name="equal_kind" label={t("equal.choice.kind")} value={kind.value} options={kinds.value.map((id) => [id, kindName(id)] as const)} choose={(id) => (chosenKind.value = id as Kind)} />
        <Select name="equal_level" label={t("equal.choice.level")} value={level.value} options={study.value.levels.map((id) => [id, named("level", id)] as const)} choose={chooseLevel} />
      </div>
      <p>{question()}</p>
      <p class="quiet">{t("equal.ranked")}</p>
      {!published.value && <p class="reason" role="status">{t(`equal.missing.${kind.value}`, { service: serviceName(service.value) })}</p>}
      {series.problem.value && <Failure what="equal" problem={series.problem.value} retry={series.retry} />}
      {series.loading.value && <p class="quiet" role="status">{t("loading")}</p>}
      {series.value.value && names.value.value && (
        <>
          <Chosen />
          <EqualList />
          <p class="quiet" id="equal-in-words">{t("equal.drawn", { real: real.length, within: within.length })}</p>
        </>
      )}
      <p class="files">{csvUrl.value && <a href={csvUrl.value} download={`${study.value.id}-equal-services.csv`}>{t("equal.csv")}</a>}</p>
    </section>
  );
}
