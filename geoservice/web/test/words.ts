/** The texts of a language, filled in as i18next does. */

import en from "../src/locales/en.json";
import zh from "../src/locales/zh.json";
import type { Say, Wording } from "../src/number";

const LOCALES: Record<string, unknown> = { en, zh };

const say = (language: string): Say => (key, values = {}) => {
  const text = key.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], LOCALES[language]);
  if (typeof text !== "string") throw new Error(`no text ${key}`);
  return text.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name]));
};

export const wording = (language: "en" | "zh", hideBelow: number | null = null): Wording => ({ t: say(language), last: 60, hideBelow });
