/** A copy of a release on a plain web server: files take the place of the server's answers, and what needs a server is off. */

import { signal } from "@preact/signals";
import type { Language } from "./types";

/** The document beside the page that says where the files are; the export names it in the page. */
export interface CopyFiles {
  geoservice: { format: number; release: number; version: string; role: string };
  tiles: Readonly<Record<string, { href: string; bytes: number }>>;
  layers: Readonly<Record<string, { data: string; files: Readonly<Record<string, string>> }>>;
  documents: Readonly<Record<string, string>>;
}

const META = 'meta[name="geoservice-static"]';

/** The name of that document; null where a server answers. */
export const config: string | null = typeof document === "undefined" ? null : (document.querySelector<HTMLMetaElement>(META)?.content ?? null);
export const isCopy = config !== null;
/** What the document says, once it has been read. */
export const files = signal<CopyFiles>({ geoservice: { format: 0, release: 0, version: "", role: "" }, tiles: {}, layers: {}, documents: {} });

/** Whether the web server sends whole files to those who ask for a part, and small ones are taken whole. */
export const takenWhole = signal(false);

/** A web server sends whole files to those who ask for a part, and this one is too large for that. */
export class RangesIgnored extends Error {}

/** The file of a layer in the format asked for, or in the one that people can read. */
export function fileOf(layer: string, format: string, language: Language): string {
  const own = files.value.layers[layer]?.files ?? {};
  const calendar = language === "zh" ? "zh.ics" : "ics";
  const named = { csv: "csv", ics: calendar }[format] ?? "geojson";
  return own[named] ?? own["csv"] ?? "";
}
