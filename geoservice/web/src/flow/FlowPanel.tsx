/** The tab of the flow map: its controls, the flows in words, as bars and as a table. */

import { t } from "../i18n";
import { study } from "../state";
import { Failure } from "../ui/Failure";
import { csvUrl, flows, known, lines } from "./data";
import { drawing } from "./drawing";
import { FlowChart } from "./FlowChart";
import { FlowControls } from "./FlowControls";
import { excess } from "./filters";
import { FlowTable } from "./FlowTable";
import { marked } from "./mark";
import { showAll } from "./frame";
import { detailOf, inWords, sentenceOf, titleOf } from "./words";
import "./flows.css";

/** The id of the text that says what the map shows, for whoever does not see it. */
export const IN_WORDS = "flows-in-words";

/** The flow that is pointed at or chosen. Its place is kept free, so that nothing moves. */
function Marked() {
  const flow = marked.value;
  return (
    <div class="marked">
      {flow ? <><strong>{titleOf(flow)}</strong><span>{sentenceOf(flow)}</span><small>{detailOf(flow)}</small></> : <span class="quiet">{t("flows.hint")}</span>}
    </div>
  );
}

function Files() {
  if (!csvUrl.value) return null;
  return (
    <p class="bar">
      <button type="button" class="plain" onClick={showAll}>{t("flows.show_all")}</button>
      <a href={csvUrl.value} download={`${study.value.id}-flows.csv`}>CSV</a>
    </p>
  );
}

export function FlowPanel() {
  const all = flows.value.value ?? [];
  const problem = known.problem.value ?? flows.problem.value;
  const again = (): void => (known.problem.value ? known.retry() : flows.retry());
  return (
    <section class="areas flows" aria-busy={flows.loading.value}>
      <h2>{t("flows.title")}</h2>
      <FlowControls />
      <p class="quiet">{t(excess.value ? "flows.note_excess" : "flows.note")}</p>
      {problem && <Failure what="flows" problem={problem} retry={again} />}
      {drawing.problem.value && <Failure what="map" problem={drawing.problem.value} retry={drawing.retry} />}
      {(known.loading.value || flows.loading.value) && <p class="quiet" role="status">{t("loading")}</p>}
      {all.length > 0 && <Marked />}
      {all.length > 0 && <FlowChart flows={all} />}
      {all.length > 0 && <FlowTable flows={all} />}
      {flows.value.value?.length === 0 && <p class="quiet">{t(excess.value ? "flows.none_excess" : "flows.none")}</p>}
      {flows.value.value && <p id={IN_WORDS} class="quiet">{inWords(lines.value)}</p>}
      <Files />
    </section>
  );
}
