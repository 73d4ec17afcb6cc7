/** Name and note of the scenario on the map, saving it, and the choice where somebody else has changed it. */

import { t } from "../../i18n";
import { when } from "../words";
import { changedSince, conflict, detach, draft, opened, openTheirs, overwrite, save, saveCopy, working } from "./saved";

function Conflict() {
  const found = conflict.value;
  if (!found) return null;
  const { theirs } = found;
  return (
    <div class="conflict" role="alert">
      <p>{theirs ? t("saved.conflict", { name: theirs.name, when: when(theirs.updated), number: theirs.edit_count }) : t("saved.conflict_deleted")}</p>
      <p class="tools">
        {theirs && <button type="button" disabled={working.value} onClick={openTheirs}>{t("saved.open_theirs")}</button>}
        {theirs && <button type="button" disabled={working.value} onClick={() => void overwrite()}>{t("saved.overwrite")}</button>}
        <button type="button" disabled={working.value} onClick={() => void saveCopy()}>{t("saved.save_copy")}</button>
      </p>
    </div>
  );
}

export function SaveForm() {
  const of = opened.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    void save();
  };
  const named = draft.name.value.trim() !== "";
  return (
    <form class="save" onSubmit={submit}>
      <p class="small" role="status">{of ? t(of.writable ? "saved.opened" : "saved.opened_of", { name: of.name, owner: of.owner }) : t("saved.unsaved")}{of && changedSince.value && t("saved.changed")}</p>
      <label class="choice"><span>{t("saved.name")}</span><input type="text" name="saved_name" maxLength={100} required value={draft.name.value} onInput={(e) => (draft.name.value = e.currentTarget.value)} /></label>
      <label class="choice"><span>{t("saved.note")}</span><textarea name="saved_note" maxLength={2000} rows={2} value={draft.note.value} onInput={(e) => (draft.note.value = e.currentTarget.value)} /></label>
      <p class="tools">
        <button type="submit" disabled={!named || working.value || !changedSince.value}>{t(of && !of.writable ? "saved.save_own" : "saved.save")}</button>
        {of?.writable && <button type="button" disabled={!named || working.value} onClick={() => void saveCopy()}>{t("saved.save_copy")}</button>}
        {of && <button type="button" disabled={working.value} onClick={detach}>{t("saved.detach")}</button>}
      </p>
      <Conflict />
    </form>
  );
}
