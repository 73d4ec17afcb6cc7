import { expect, test } from "vitest";
import en from "../src/locales/en.json";
import zh from "../src/locales/zh.json";

type Tree = { [key: string]: string | Tree };

const flat = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([k, v]) => (typeof v === "string" ? [[path + k, v] as [string, string]] : flat(v, `${path}${k}.`)));

const words = (text: string): string[] => [...text.matchAll(/{{(\w+)}}/g)].map((m) => m[1]!).sort();

const sources = Object.values(import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }));

test("both languages have the same keys", () => {
  expect(flat(zh).map(([k]) => k).sort()).toEqual(flat(en).map(([k]) => k).sort());
});

test("both languages fill in the same words, but for those a language has no need of", () => {
  const chinese = new Map(flat(zh));
  for (const [key, text] of flat(en)) expect([key, words(chinese.get(key) ?? "")]).toEqual([key, words(text)]);
});

test("every text asked for is there", () => {
  const known = new Set(flat(en).map(([k]) => k));
  const asked = sources.flatMap((s) => [...s.matchAll(/\bt\("([\w.]+)"/g)].map((m) => m[1]!));
  expect(asked.length).toBeGreaterThan(40);
  expect(asked.filter((k) => !known.has(k))).toEqual([]);
});
