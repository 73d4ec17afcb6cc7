/** The panel of a scenario: the share of the study before and after, its edits, the areas and stations that change. */

import { say, t } from "../i18n";
import { layerOf, minutes, service, themeLayer, view } from "../state";
import { AccessAreas } from "./AccessAreas";
import { BeforeAfter } from "../live/BeforeAfter";
import { Estimated } from "../ui/Estimated";
import { Failure } from "../ui/Failure";
import { askedText, serviceName } from "../ui/words";
import { summary } from "../rows";
import { ChangedAreas } from "./ChangedAreas";
import { ComparePanel } from "./compare/ComparePanel";
import { clearAll, edits, following, history, locked, present, put, redo, undo } from "./choice";
import { answer, busy, first, known, overall, places, problem, retry } from "./data";
import { MOST } from "./edits";
import { leave } from "./entry";
import { EditList } from "./EditList";
import { mapsView, unfolded } from "./maps/choice";
import { MapsChoice } from "./maps/MapsChoice";
import { focusMark } from "./markers";
import { SitingPanel } from "./siting/SitingPanel";
import { SavedPanel } from "./saved/SavedPanel";
import { StationLoads } from "./StationLoads";
import { StationPicker } from "./StationPicker";
import { people } from "./words";
import "../live/live.css";
import "./scenario.css";

/** A new station in the middle of the map, for the keyboard. */
function add(): void {
  const { lon, lat } = view.value ?? { lon: 0, lat: 0 };
  focusMark(put(lon, lat, known.value));
}

function Toolbar() {
  const { past, future } = history.value;
  return (
    <div class="tools" role="toolbar" aria-label={t("scenario.tools")}>
      <button type="button" disabled={places.value.value === null || locked.value || edits.value.length >= MOST} title={t("scenario.add_long")} onClick={add}>{t("scenario.add")}</button>
      <button type="button" disabled={past.length === 0} title={t("scenario.undo_keys")} onClick={undo}>{t("scenario.undo")}</button>
      <button type="button" disabled={future.length === 0} title={t("scenario.redo_keys")} onClick={redo}>{t("scenario.redo")}</button>
      <button type="button" aria-pressed={present.value} disabled={edits.value.length === 0 || mapsView.value !== "one"} title={t("scenario.present_long")} onClick={() => (present.value = !present.value)}>{t("scenario.present")}</button>
      <button type="button" disabled={edits.value.length === 0} onClick={clearAll}>{t("scenario.clear")}</button>
    </div>
  );
}

function Overall() {
  const [of, now] = [overall.value, summary.value];
  if (present.value || edits.value.length === 0)
    return <p class="overall"><span class="share">{now ? <Estimated measure="covered_share" of={now.share} /> : t("waiting")}</span> <small>{t("scenario.today")}</small></p>;
  if (!of) return <p class="overall"><span class="share">{t("waiting")}</span></p>;
  return (
    <>
      <p class="overall" role="status">
        <span class="share before"><Estimated measure="covered_share" of={of.before} /></span>
        <span aria-hidden="true">→</span>
        <span class="share after"><Estimated measure="covered_share" of={of.after} /></span>
        <span class="change"><Estimated measure="coverage_gap" of={of.change} /></span>
      </p>
      {of.medians && <p class="medians">{t("column.median_time")} <BeforeAfter measure="median_minutes" before={of.medians[0]} after={of.medians[1]} /></p>}
      <p class="moved">{people(of.gained, "gained", minutes.value)}{t("semicolon")}{people(of.lost, "lost", minutes.value)}</p>
    </>
  );
}

/** The answer to the question of now, or why there is none. */
function Results() {
  if (places.problem.value) return <Failure what="stations" problem={places.problem.value} retry={places.retry} />;
  if (problem.value) return <Failure what="scenario" problem={problem.value} retry={retry} />;
  if (!answer.value) return <p class="quiet" role="status">{t(first.value ? "scenario.starting" : "loading")}</p>;
  if (edits.value.length === 0) return null;
  return present.value ? <p class="quiet">{t("scenario.is_present")}</p> : <ChangedAreas />;
}

export function ScenarioPanel() {
  const followed = following.value.includes(themeLayer.value?.id ?? "");
  return (
    <section class="areas live scenario" aria-busy={busy.value}>
      <div class="bar">
        <h2>{t("scenario.title")}</h2>
        <button type="button" class="plain" title="Esc" onClick={leave}>{t("scenario.leave")}</button>
      </div>
      <p class="hint">{t("scenario.hint", { service: serviceName(service.value) })}</p>
      {edits.value.length >= MOST && <p class="reason warn" role="status">{t("scenario.full", { most: MOST })}</p>}
      <Toolbar />
      <p class="quiet asked">{askedText()}</p>
      <Overall />
      {!followed && mapsView.value === "one" && <p class="reason">{t("scenario.still", { layers: following.value.flatMap((id) => layerOf(id) ?? []).map((l) => say(l.title)).join(t("comma")) })}</p>}
      {!unfolded.value && <MapsChoice />}
      <Results />
      <AccessAreas />
      <EditList />
      {!present.value && <StationLoads />}
      <SitingPanel />
      <StationPicker />
      <ComparePanel />
      <SavedPanel />
      <p class="quiet small">{t("scenario.note")}</p>
    </section>
  );
}
