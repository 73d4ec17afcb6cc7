// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { clearAll, edits, history, replaceAll, undo } from "../src/scenario/choice";
import { decoded, encoded } from "../src/scenario/edits";
import { startOf } from "../src/scenario/history";
import type { Content, Stored } from "../src/scenario/saved/client";
import { changedSince, conflict, detach, done, draft, failed, leaveSession, open, opened, openTheirs, overwrite, remove, save, saveCopy, scenarios } from "../src/scenario/saved/saved";
import { signIn, signOut, token } from "../src/scenario/saved/session";

const NEW = { station: "new-1", lon: 24.9, lat: 60.1, tier: "village", services: ["clinic"] };

/** A server that keeps scenarios and refuses what is based on another revision. */
const kept = new Map<string, Stored>();
const asked: { method: string; headers: Record<string, string> }[] = [];
let status: number | null = null;

function answer(stored: Stored, code = 200): Response {
  return new Response(JSON.stringify(stored), { status: code, headers: { ETag: `"${stored.id}-${stored.revision}"` } });
}
const refuse = (code: number): Response => new Response(JSON.stringify({ detail: "no" }), { status: code });
function put(id: string, content: Content, code: number): Response {
  const revision = (kept.get(id)?.revision ?? 0) + 1;
  const stored = { id, owner: "anna", writable: true, updated: `2026-01-0${revision}`, release: "1-a", edit_count: content.edits.length, etag: "", ...content, revision };
  kept.set(id, stored);
  return answer(stored, code);
}
function server(input: string | URL | Request, { method = "GET", headers = {}, body = "" }: RequestInit = {}): Promise<Response> {
  const id = decodeURIComponent(new URL(String(input)).pathname.split("/").at(-1)!);
  const sent = headers as Record<string, string>;
  asked.push({ method, headers: sent });
  if (status !== null) return Promise.resolve(refuse(status));
  if (method === "POST") return Promise.resolve(put(`s${kept.size + 1}`, JSON.parse(String(body)) as Content, 201));
  const stored = kept.get(id);
  if (!stored) return Promise.resolve(refuse(404));
  const based = sent["If-Match"];
  if (based && based !== `"${id}-${stored.revision}"`) return Promise.resolve(refuse(412));
  if (method === "PUT") return Promise.resolve(put(id, JSON.parse(String(body)) as Content, 200));
  if (method === "DELETE") {
    kept.delete(id);
    return Promise.resolve(new Response(null, { status: 204 }));
  }
  return Promise.resolve(answer(stored));
}

beforeEach(() => {
  vi.stubGlobal("fetch", server);
  kept.clear();
  asked.length = 0;
  status = null;
  leaveSession();
  history.value = startOf([NEW]);
  signIn("gs_1");
  draft.name.value = " one ";
});

test("a token is kept for the tab, sent with each request and forgotten", async () => {
  await save();
  expect(asked[0]!.headers["Authorization"]).toBe("Bearer gs_1");
  expect(sessionStorage.getItem("geoservice-token")).toBe("gs_1");
  leaveSession();
  expect([token.value, opened.value, sessionStorage.getItem("geoservice-token"), sessionStorage.getItem("geoservice-scenario")]).toEqual([null, null, null, null]);
});

test.each(["", " ", "村", "a b", "a\nb", "x".repeat(5000)])("%j is no token", (text) => {
  signOut();
  expect(signIn(text)).toBe(false);
  expect(token.value).toBeNull();
});

test("a scenario is saved once, then replaced as it was read", async () => {
  expect(changedSince.value).toBe(true);
  await save();
  expect([opened.value?.id, opened.value?.name, done.value?.what, changedSince.value]).toEqual(["s1", "one", "saved", false]);
  draft.note.value = "why";
  expect(changedSince.value).toBe(true);
  await save();
  expect([kept.size, kept.get("s1")!.revision, kept.get("s1")!.note]).toEqual([1, 2, "why"]);
  await saveCopy();
  expect([kept.size, opened.value?.id]).toEqual([2, "s2"]);
  expect(scenarios.value.map((s) => s.id)).toEqual(["s1", "s2"]);
});

test("one that is opened takes the place of the edits, and undo brings them back", async () => {
  await save();
  clearAll();
  await open("s1");
  expect(encoded(edits.value)).toBe(encoded([NEW]));
  undo();
  expect(edits.value).toEqual([]);
});

async function conflicting(): Promise<void> {
  await save();
  put("s1", { name: "theirs", note: "", edits: [] }, 200);
  draft.name.value = "mine";
  await save();
}

test("a change of somebody else is not overwritten unasked", async () => {
  await conflicting();
  expect([conflict.value?.theirs?.name, kept.get("s1")!.name, done.value]).toEqual(["theirs", "theirs", null]);
  expect(scenarios.value.map((s) => s.name)).toEqual(["theirs"]);
  openTheirs();
  expect([draft.name.value, edits.value, conflict.value]).toEqual(["theirs", [], null]);
});

test("it is overwritten as it was shown, and not a later one", async () => {
  await conflicting();
  put("s1", { name: "still later", note: "", edits: [] }, 200);
  await overwrite();
  expect([conflict.value?.theirs?.name, kept.get("s1")!.name]).toEqual(["still later", "still later"]);
  await overwrite();
  expect([conflict.value, kept.get("s1")!.name, kept.get("s1")!.revision]).toEqual([null, "mine", 4]);
});

test("one that was deleted can be saved as new", async () => {
  await save();
  kept.clear();
  await save();
  expect(conflict.value).toEqual({ theirs: null });
  await saveCopy();
  expect([conflict.value, kept.size]).toEqual([null, 1]);
});

test.each([[503, "busy", true], [401, "signed_out", true], [403, "forbidden", false], [409, "limit", true], [500, "server", true]] as const)("status %i is %s", async (code, problem, again) => {
  status = code;
  await save();
  expect([failed.value?.task, failed.value?.problem, failed.value?.again !== null]).toEqual(["save", problem, again]);
  status = null;
  failed.value?.again?.();
  await vi.waitFor(() => expect(kept.size).toBe(again ? 1 : 0));
});

test("a scenario is deleted at the revision of the list only", async () => {
  await save();
  const [before] = scenarios.value;
  put("s1", { name: "theirs", note: "", edits: [] }, 200);
  await remove(before!);
  expect([failed.value?.problem, kept.size, scenarios.value[0]!.name]).toEqual(["changed", 1, "theirs"]);
  await remove(scenarios.value[0]!);
  expect([kept.size, scenarios.value, opened.value, done.value?.what]).toEqual([0, [], null, "deleted"]);
  await remove({ ...before!, id: "gone" });
  expect(failed.value).toBeNull();
});

test("starting anew leaves the edits and forgets the name", async () => {
  await save();
  detach();
  expect([opened.value, draft.name.value, edits.value.length]).toEqual([null, "", 1]);
});

test("a delay at the start is in the address as well", () => {
  const all = [{ station: "a", start_delay_s: 60 }, { ...NEW, name: "x", start_delay_s: 0 }];
  expect(decoded(encoded(all), { tiers: ["village"], services: ["clinic"] })).toEqual(all);
  replaceAll(all);
  expect(edits.value).toEqual(all);
});
