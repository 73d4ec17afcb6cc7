/** The stored scenarios over HTTP. */

import { ServerError, url } from "../../api";
import type { Edits } from "../edits";
import { authorization } from "./session";

/** A stored scenario as the list has it. */
export interface Summary {
  id: string;
  name: string;
  note: string;
  owner: string;
  /** Whether the reader may change and delete it. */
  writable: boolean;
  updated: string;
  release: string;
  revision: number;
  edit_count: number;
}

/** With its edits, and the entity tag that a change of it states. */
export interface Stored extends Summary {
  edits: Edits;
  etag: string;
}

export interface Content {
  name: string;
  note: string;
  edits: Edits;
}

async function request(path: string, method: string, etag: string | null = null, content: Content | null = null): Promise<Response> {
  const headers = { Accept: "application/json", ...authorization(), ...(etag ? { "If-Match": etag } : {}), ...(content ? { "Content-Type": "application/json" } : {}) };
  const answer = await fetch(url(path), { method, headers, ...(content ? { body: JSON.stringify(content) } : {}) });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new ServerError(answer.status, problem.detail ?? answer.statusText);
}

const storedIn = async (answer: Response): Promise<Stored> => ({ ...((await answer.json()) as Stored), etag: answer.headers.get("ETag") ?? "" });
const pathOf = (id: string): string => `scenarios/${encodeURIComponent(id)}`;

export const fetchList = async (): Promise<Summary[]> => ((await (await request("scenarios?limit=1000", "GET")).json()) as { scenarios: Summary[] }).scenarios;
export const fetchStored = async (id: string): Promise<Stored> => storedIn(await request(pathOf(id), "GET"));
export const createStored = async (content: Content): Promise<Stored> => storedIn(await request("scenarios", "POST", null, content));
export const replaceStored = async (id: string, etag: string, content: Content): Promise<Stored> => storedIn(await request(pathOf(id), "PUT", etag, content));
export const deleteStored = async (id: string, etag: string | null): Promise<void> => void (await request(pathOf(id), "DELETE", etag));
