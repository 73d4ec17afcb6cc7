/** Where new stations should open: what is asked, the job with its progress, and the ranked sites. */

import { t } from "../../i18n";
import { Failure } from "../../ui/Failure";
import { edits, replaceAll } from "../choice";
import { known, places } from "../data";
import { editOf, MOST } from "../edits";
import type { SitingAnswer } from "./answer";
import { lacksFile, opened } from "./choice";
import { Choices } from "./Choices";
import { Curve } from "./Curve";
import { Front } from "./Front";
import { editsOf } from "./accept";
import { tooManyClose } from "./inputs";
import { cancel, clear, current, going, picked, result, run, shown, start } from "./run";
import { Closed, LeftOut, Sites } from "./Sites";
import "./siting.css";

function Progress() {
  const { progress = 0, message = "" } = run.value ?? {};
  return (
    <div class="progress">
      <progress max={100} value={progress} aria-label={t("siting.progress")} />
      <p class="quiet" role="status">{message || t("siting.sent")}</p>
    </div>
  );
}

function Accept() {
  const { features, closed } = shown.value ?? { features: [], closed: [] };
  const opens = features.filter((f) => f.properties.status !== "stays").length;
  if (opens + closed.length === 0) return null;
  const more = opens + closed.filter(({ id }) => !editOf(edits.value, id)).length;
  const accept = (): void => {
    replaceAll(editsOf(edits.value, { features, closed }, known.value));
    clear();
  };
  const text = closed.length === 0 ? t("siting.accept", { number: opens }) : t("siting.accept_closing", { number: opens, closing: closed.length });
  return <button type="button" class="plain" disabled={edits.value.length + more > MOST} onClick={accept}>{text}</button>;
}

function Found({ found }: { found: SitingAnswer }) {
  const [first, ...others] = found.summary;
  const points = found.fairness?.points ?? [];
  const { features, closed } = shown.value ?? { features: [], closed: [] };
  return (
    <div class="found">
      {!current.value && <p class="reason warn">{t("siting.outdated")}</p>}
      <p class="quiet">{first}</p>
      <Front points={points} />
      {points.length > 1 && <h3>{t("siting.fair.sites", { number: picked.value + 1 })}</h3>}
      {found.feasible && features.length === 0 && <p>{t("siting.none")}</p>}
      <Sites features={features} />
      <Closed stations={closed} />
      {others.map((text) => <p key={text} class="quiet">{text}</p>)}
      {found.curve && found.curve.length > 2 && <Curve points={found.curve} />}
      {(found.left_out ?? []).length > 0 && <LeftOut rows={found.left_out ?? []} />}
      <p class="actions">
        <Accept />
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
    <details class="siting" open={opened.value} onToggle={(e) => (opened.value = e.currentTarget.open)}>
      <summary>{t("siting.title")}</summary>
      <p class="quiet">{t("siting.hint")}</p>
      <Choices />
      <p class="tools">
        <button type="button" disabled={going.value || places.value.value === null || lacksFile.value || tooManyClose.value} onClick={() => void start()}>{t("siting.run")}</button>
        {going.value && <button type="button" onClick={cancel}>{t("siting.cancel")}</button>}
      </p>
      <Outcome />
    </details>
  );
}
