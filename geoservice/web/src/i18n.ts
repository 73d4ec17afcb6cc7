/** Two languages; `t` reads the language signal, so whatever calls it is drawn again when the language changes. */

import i18next from "i18next";
import { effect, signal } from "@preact/signals";
import en from "./locales/en.json";
import zh from "./locales/zh.json";
import { grouped } from "./number";
import { store, stored } from "./storage";
import type { Label, Language } from "./types";

const KEY = "geoservice.language";

/** The language that a link to this page names; it is kept, and then the address is without it. */
function linked(): Language | null {
  const query = new URLSearchParams(location.search);
  const found = /^(zh|en)/.exec(query.get("lang")?.toLowerCase() ?? "")?.[1] as Language | undefined;
  if (!found) return null;
  store(KEY, found);
  query.delete("lang");
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  return found;
}

function first(): Language {
  const kept = linked() ?? stored(KEY);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const language = signal<Language>(first());

await i18next.init({
  lng: language.value,
  fallbackLng: false,
  interpolation: { escapeValue: false },
  resources: { en: { translation: en }, zh: { translation: zh } },
});

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

export function setLanguage(next: Language): void {
  store(KEY, next);
  language.value = next;
}

export const t = (key: string, values: Record<string, unknown> = {}): string =>
  i18next.t(key, { ...values, lng: language.value });

/** A name of the house (mode, tier, level) in the reader's language, or the id itself when it is new to us. */
export const named = (kind: string, id: string): string => t(`${kind}.${id}`, { defaultValue: id });

export const say = (label: Label): string => label[language.value] || label.en || label.zh;

/** A number that is known exactly, as people read it; a dash where there is none. */
export const show = (value: number | null | undefined, places = 0, unit = ""): string => (value == null ? "–" : grouped(value, places) + unit);
