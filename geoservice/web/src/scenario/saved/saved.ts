/** What can be done with stored scenarios: open, save, rename, delete; and what to do where somebody else was faster. */

import { batch, computed, signal } from "@preact/signals";
import { ServerError } from "../../api";
import { Loaded, problemOf, type Problem } from "../../loaded";
import { edits, replaceAll } from "../choice";
import { encoded, type Edits } from "../edits";
import { createStored, deleteStored, fetchList, fetchStored, replaceStored, type Content, type Stored, type Summary } from "./client";
import { keepInTab, planner, signOut, token } from "./session";

const KEY = "geoservice-scenario";

/** The stored scenario that the edits come from, as it was when it was opened or saved. */
export type Opened = Pick<Stored, "id" | "name" | "note" | "owner" | "writable" | "etag"> & { edits: string };

function keptOpened(): Opened | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Opened | null;
  } catch {
    return null;
  }
}

export const opened = signal<Opened | null>(token.value === null ? null : keptOpened());
/** What the fields say. */
export const draft = { name: signal(opened.value?.name ?? ""), note: signal(opened.value?.note ?? "") };

export type Task = "save" | "open" | "delete" | "list";
/** Why a task failed: a problem of the connection, or what the server says of this one. */
export interface Failed {
  task: Task;
  problem: Problem | "limit" | "forbidden" | "signed_out" | "changed";
  /** Null where trying again would do no other. */
  again: (() => void) | null;
}
export const failed = signal<Failed | null>(null);
export const done = signal<{ what: "saved" | "opened" | "deleted"; name: string } | null>(null);
export const working = signal(false);
/** A scenario that was changed, or deleted (`theirs` is null), since it was opened. */
export const conflict = signal<{ theirs: Stored | null } | null>(null);

export const list = new Loaded<Summary[]>(() => (planner.value ? `list ${token.value ?? ""}` : null), fetchList);
const own = signal<ReadonlyMap<string, Summary | null>>(new Map());
/** The list with what was saved and deleted here since it was fetched, the last changed first. */
export const scenarios = computed((): Summary[] => {
  const found = new Map((list.value.value ?? []).map((s) => [s.id, s] as const));
  const all = new Map<string, Summary | null>([...found, ...own.value]);
  return [...all.values()].filter((s) => s !== null).sort((a, b) => (a.updated < b.updated ? 1 : -1));
});
const note = (id: string, summary: Summary | null): void => void (own.value = new Map([...own.value, [id, summary]]));

export const changedSince = computed((): boolean => {
  const of = opened.value;
  return of === null || of.edits !== encoded(edits.value) || of.name !== draft.name.value.trim() || of.note !== draft.note.value.trim();
});

function setOpened(stored: Stored | null): void {
  const { id, name, note: text, owner, writable, etag } = stored ?? ({} as Stored);
  opened.value = stored && { id, name, note: text, owner, writable, etag, edits: encoded(stored.edits) };
  keepInTab(KEY, opened.value && JSON.stringify(opened.value));
  if (stored) [draft.name.value, draft.note.value] = [name, text];
}

function why(error: unknown): Failed["problem"] {
  if (!(error instanceof ServerError)) return problemOf(error);
  if (error.status === 401) return "signed_out";
  if (error.status === 412) return "changed";
  return error.status === 403 ? "forbidden" : error.status === 409 ? "limit" : problemOf(error);
}

async function attempt(task: Task, work: () => Promise<void>): Promise<void> {
  if (working.value) return;
  batch(() => ([working.value, failed.value, done.value] = [true, null, null]));
  await work().catch((error: unknown): void => {
    const problem = why(error);
    failed.value = { task, problem, again: problem === "changed" || problem === "forbidden" ? null : () => void attempt(task, work) };
  });
  working.value = false;
}

function taken(stored: Stored): void {
  batch(() => {
    setOpened(stored);
    note(stored.id, stored);
    [conflict.value, done.value] = [null, { what: "saved", name: stored.name }];
  });
}

const content = (): Content => ({ name: draft.name.value.trim(), note: draft.note.value.trim(), edits: edits.value });

/** What was stored in the meantime; null if it was deleted. */
async function theirsNow(id: string): Promise<Stored | null> {
  return fetchStored(id).catch((error: unknown) => {
    if (error instanceof ServerError && error.status === 404) return null;
    throw error;
  });
}

/** Replaces the scenario that is open, if it is still as it was opened. */
export const save = (): Promise<void> =>
  attempt("save", async () => {
    const of = opened.value;
    if (!of?.writable) return taken(await createStored(content()));
    try {
      taken(await replaceStored(of.id, of.etag, content()));
    } catch (error) {
      if (!(error instanceof ServerError) || (error.status !== 412 && error.status !== 404)) throw error;
      const theirs = await theirsNow(of.id);
      note(of.id, theirs);
      conflict.value = { theirs };
    }
  });

export const saveCopy = (): Promise<void> => attempt("save", async () => taken(await createStored(content())));

/** Replaces what somebody else has stored, as it was shown; if it was changed once more, that is a new conflict. */
export const overwrite = (): Promise<void> => {
  const theirs = conflict.value?.theirs;
  if (theirs && opened.value) opened.value = { ...opened.value, etag: theirs.etag };
  return save();
};

const FIELDS = ["lon", "lat", "tier", "services", "name", "capacity", "start_delay_s", "open"] as const;

/** The edits of a stored scenario without what the page has no use of. */
const plain = (found: Edits): Edits => found.map((e) => ({ station: e.station, ...Object.fromEntries(FIELDS.flatMap((f) => (e[f] === undefined ? [] : [[f, e[f]]]))) }));

function take(stored: Stored): void {
  batch(() => {
    replaceAll(plain(stored.edits));
    setOpened({ ...stored, edits: plain(stored.edits) });
    note(stored.id, stored);
    [conflict.value, done.value] = [null, { what: "opened", name: stored.name }];
  });
}

/** Puts the edits of a stored scenario in place of those on the map, which one "Undo" brings back. */
export const open = (id: string): Promise<void> => attempt("open", async () => take(await fetchStored(id)));

export function openTheirs(): void {
  const theirs = conflict.value?.theirs;
  if (theirs) take(theirs);
}

/** Deletes a scenario at the revision that the list shows; one that is gone already is deleted. */
export const remove = ({ id, name, revision }: Summary): Promise<void> =>
  attempt("delete", async () => {
    await deleteStored(id, `"${id}-${revision}"`).catch(async (error: unknown) => {
      if (!(error instanceof ServerError) || error.status === 404) return;
      if (error.status === 412) note(id, await fetchStored(id));
      throw error;
    });
    batch(() => {
      note(id, null);
      if (opened.value?.id === id) setOpened(null);
      done.value = { what: "deleted", name };
    });
  });

/** Starts anew: what is on the map is nobody's yet. */
export function detach(): void {
  batch(() => {
    setOpened(null);
    [draft.name.value, draft.note.value, conflict.value] = ["", "", null];
  });
}

export function leaveSession(): void {
  batch(() => {
    signOut();
    detach();
    own.value = new Map();
    [failed.value, done.value] = [null, null];
  });
}
