/** Stored scenarios of the planners of this service: the one on the map, and the list. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { manifest } from "../../state";
import { Failure } from "../../ui/Failure";
import { when } from "../words";
import type { Summary } from "./client";
import { done, failed, list, open, opened, remove, scenarios, working } from "./saved";
import { SaveForm } from "./SaveForm";
import { planner, unfolded, who } from "./session";
import { SignedIn, SignIn } from "./SignIn";

function Entry({ of }: { of: Summary }) {
  const sure = useSignal(false);
  const action = (name: "open" | "delete" | "really" | "keep", what: () => void) => (
    <button type="button" class="plain" disabled={working.value} aria-label={t("scenario.action_of", { action: t(`saved.${name}`), name: of.name })} onClick={what}>{t(`saved.${name}`)}</button>
  );
  return (
    <li data-id={of.id} aria-current={opened.value?.id === of.id}>
      <p class="head"><strong>{of.name}</strong><small>{t("saved.entry", { owner: of.owner, when: when(of.updated), number: of.edit_count })}</small></p>
      {of.release !== manifest.value.version && <p class="quiet small">{t("saved.other_release", { release: of.release.split("-")[0] })}</p>}
      {of.note && <p class="quiet small note">{of.note}</p>}
      <p class="actions">
        {sure.value ? (
          <>
            {action("really", () => void remove(of))}
            {action("keep", () => (sure.value = false))}
          </>
        ) : (
          <>
            {action("open", () => void open(of.id))}
            {of.writable && action("delete", () => (sure.value = true))}
          </>
        )}
      </p>
    </li>
  );
}

/** Problems that have texts of their own here. */
const OWN: readonly string[] = ["limit", "forbidden", "signed_out", "changed"];

function Messages() {
  const [bad, good] = [failed.value, done.value];
  if (bad) {
    return (
      <div class="failure" role="alert">
        <p>{t(`saved.failed.${bad.task}`)} {t(OWN.includes(bad.problem) ? `saved.why.${bad.problem}` : `problem.${bad.problem}`)}</p>
        {bad.again && <button type="button" onClick={bad.again}>{t("error.retry")}</button>}
      </div>
    );
  }
  return <p class="quiet small outcome" role="status">{good ? t(`saved.done.${good.what}`, { name: good.name }) : ""}</p>;
}

function List() {
  if (list.problem.value) return <Failure what="saved" problem={list.problem.value} retry={list.retry} />;
  if (list.loading.value) return <p class="quiet" role="status">{t("loading")}</p>;
  if (scenarios.value.length === 0) return <p class="quiet small">{t("saved.none")}</p>;
  return <ul class="stored" aria-label={t("saved.list")}>{scenarios.value.map((s) => <Entry key={s.id} of={s} />)}</ul>;
}

function Body() {
  if (who.problem.value) return <Failure what="saved" problem={who.problem.value} retry={who.retry} />;
  if (who.value.value === null) return <p class="quiet" role="status">{t("loading")}</p>;
  if (!planner.value) return <SignIn />;
  return (
    <>
      <SignedIn />
      <SaveForm />
      <Messages />
      <List />
    </>
  );
}

export function SavedPanel() {
  useEffect(() => {
    const stops = [who.keep(), list.keep()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  useSignalEffect(() => {
    if (opened.value) unfolded.value = true;
  });
  return (
    <details class="saved" open={unfolded.value} onToggle={(e) => (unfolded.value = e.currentTarget.open)}>
      <summary>{t("saved.title")}</summary>
      {unfolded.value && <Body />}
    </details>
  );
}
