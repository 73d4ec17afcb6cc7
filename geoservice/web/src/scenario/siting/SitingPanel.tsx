/** Where new stations should open: what is asked, the job with its progress, and the ranked sites. */

import { t } from "../../i18n";
import { chosen, minutes, study } from "../../state";
import { Failure } from "../../ui/Failure";
import { Select } from "../../ui/Select";
import { edits, putAll } from "../choice";
import { known, places } from "../data";
import { MOST } from "../edits";
import type { SitingAnswer } from "./answer";
import { capacity, countsSites, model, MODELS, MOST_SITES, needsCapacity, sites, source, SOURCES, SPACINGS, spacing, type Model, type Source } from "./choice";
import { Curve } from "./Curve";
import { cancel, clear, current, going, result, run, start } from "./run";
import { LeftOut, Sites } from "./Sites";
import "./siting.css";

/** A whole number between two bounds; anything else is left as it was. */
function whole(text: string, least: number, most: number, take: (value: number) => void): void {
  const value = Number(text);
  if (text !== "" && Number.isInteger(value) && value >= least && value <= most) take(value);
}

function Choices() {
  return (
    <div class="choices">
      <Select name="siting_model" label={t("siting.model")} value={model.value} options={MODELS.map((id) => [id, t(`siting.models.${id}`)] as const)} choose={(id) => (model.value = id as Model)} />
      <div class="pair">
        {!countsSites.value && (
          <label class="choice"><span>{t("siting.sites")}</span><input type="number" name="siting_sites" min={1} max={MOST_SITES} step={1} inputMode="numeric" value={sites.value} onInput={(e) => whole(e.currentTarget.value, 1, MOST_SITES, (n) => (sites.value = n))} /></label>
        )}
        <Select name="siting_minutes" label={t("choice.minutes")} value={String(minutes.value)} options={study.value.minutes.map((m) => [String(m), t("within", { minutes: m })] as const)} choose={(m) => (chosen.minutes.value = Number(m))} />
      </div>
      <div class="pair">
        <Select name="siting_source" label={t("siting.source")} value={source.value} options={SOURCES.map((id) => [id, t(`siting.sources.${id}`)] as const)} choose={(id) => (source.value = id as Source)} />
        {source.value === "streets" && <Select name="siting_spacing" label={t("siting.spacing")} value={String(spacing.value)} options={SPACINGS.map((m) => [String(m), t("siting.metres", { metres: m })] as const)} choose={(m) => (spacing.value = Number(m))} />}
      </div>
      {needsCapacity.value && (
        <label class="choice"><span>{t("siting.capacity")}</span><input type="number" name="siting_capacity" min={1} max={1e9} step={1} inputMode="numeric" value={capacity.value} onInput={(e) => whole(e.currentTarget.value, 1, 1e9, (n) => (capacity.value = n))} /></label>
      )}
    </div>
  );
}

function Progress() {
  const { progress = 0, message = "" } = run.value ?? {};
  return (
    <div class="progress">
      <progress max={100} value={progress} aria-label={t("siting.progress")} />
      <p class="quiet" role="status">{message || t("siting.sent")}</p>
    </div>
  );
}

function Found({ found }: { found: SitingAnswer }) {
  const [first, ...others] = found.summary;
  const room = MOST - edits.value.length;
  const accept = (): void => {
    putAll(found.features.map((f) => f.geometry.coordinates), known.value);
    clear();
  };
  return (
    <div class="found">
      {!current.value && <p class="reason warn">{t("siting.outdated")}</p>}
      <p class="quiet">{first}</p>
      {found.feasible && found.features.length === 0 && <p>{t("siting.none")}</p>}
      <Sites found={found} />
      {others.map((text) => <p key={text} class="quiet">{text}</p>)}
      {found.curve && found.curve.length > 2 && <Curve points={found.curve} />}
      {(found.left_out ?? []).length > 0 && <LeftOut rows={found.left_out ?? []} />}
      <p class="actions">
        {found.features.length > 0 && <button type="button" class="plain" disabled={found.features.length > room} onClick={accept}>{t("siting.accept", { number: found.features.length })}</button>}
        <button type="button" class="plain" onClick={clear}>{t("siting.clear")}</button>
      </p>
    </div>
  );
}

function Outcome() {
  const now = run.value;
  if (!now) return null;
  if (going.value) return <Progress />;
  if (now.state === "dismissed") return <p class="quiet" role="status">{t("siting.cancelled")}</p>;
  if (now.state === "failed")
    return (
      <>
        <Failure what="siting" {...(now.problem ? { problem: now.problem } : {})} retry={() => void start()} />
        {now.message && <p class="quiet small">{now.message}</p>}
      </>
    );
  if (result.problem.value) return <Failure what="siting" problem={result.problem.value} retry={() => void start()} />;
  return result.value.value ? <Found found={result.value.value} /> : <p class="quiet" role="status">{t("loading")}</p>;
}

export function SitingPanel() {
  return (
    <details class="siting">
      <summary>{t("siting.title")}</summary>
      <p class="quiet">{t("siting.hint")}</p>
      <Choices />
      <p class="tools">
        <button type="button" disabled={going.value || places.value.value === null} onClick={() => void start()}>{t("siting.run")}</button>
        {going.value && <button type="button" onClick={cancel}>{t("siting.cancel")}</button>}
      </p>
      <Outcome />
    </details>
  );
}
