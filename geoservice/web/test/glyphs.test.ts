import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { create, type Font } from "fontkit";
import { PbfReader } from "pbf";
import { expect, test } from "vitest";
import { distance, glyph, range, type Glyph } from "../glyphs";

/** A square from (0, 0) to (4, 4), and the same way round a hole from (1, 1) to (3, 3) the other way round. */
const SQUARE = [0, 0, 4, 0, 4, 0, 4, 4, 4, 4, 0, 4, 0, 4, 0, 0];
const HOLE = [1, 1, 1, 3, 1, 3, 3, 3, 3, 3, 3, 1, 3, 1, 1, 1];

test.each([
  [SQUARE, 2, 2, -2],
  [SQUARE, 2, 5, 1],
  [SQUARE, -3, -4, 5],
  [SQUARE, 3.5, 1, -0.5],
  [[...SQUARE, ...HOLE], 2, 2, 1],
  [[...SQUARE, ...HOLE], 0.5, 2, -0.5],
  [[...SQUARE, ...SQUARE], 2, 2, -2],
])("the distance to an outline is below zero inside", (pieces, x, y, expected) => {
  expect(distance(Float64Array.from(pieces), x, y)).toBeCloseTo(expected, 12);
});

const font = (subset: string): Font => {
  const file = createRequire(import.meta.url).resolve(`@fontsource/noto-sans-sc/files/noto-sans-sc-${subset}-400-normal.woff2`);
  return create(readFileSync(file)) as Font;
};

/** The value of a field in the middle of the box of the letter's ink. */
const middle = (g: Glyph): number => g.bitmap[Math.floor((g.height + 6) / 2) * (g.width + 6) + Math.floor((g.width + 6) / 2)]!;

test("letters stand on the line and are as wide as the font says", () => {
  const latin = font("latin"), [upper, lower, space] = [glyph(latin, 72), glyph(latin, 112), glyph(latin, 32)];
  expect([upper.advance, upper.left, upper.height, upper.top]).toEqual([17, 2, 18, 18 - 28]);
  expect(lower.height - (lower.top + 28)).toBeGreaterThan(3);
  expect([space.width, space.bitmap.length, space.advance]).toEqual([0, 0, 5]);
  expect(upper.bitmap.length).toBe((upper.width + 6) * (upper.height + 6));
});

test("a field is above 191 in the ink and below it beside", () => {
  const latin = font("latin");
  expect(middle(glyph(latin, 72))).toBeGreaterThan(191);
  expect(middle(glyph(latin, 79))).toBeLessThan(191);
  expect(glyph(latin, 72).bitmap[0]).toBeLessThan(120);
});

test("Chinese characters fill their square", () => {
  const g = glyph(font("chinese-simplified"), "村".codePointAt(0)!);
  expect([g.advance, g.width > 19, g.height > 19]).toEqual([24, true, true]);
});

test("a file holds the font's name, its range and the glyphs", () => {
  const made = range(0, [glyph(font("latin"), 72)]), said: Record<string, unknown> = {};
  new PbfReader(made).readFields((tag, _, pbf) => {
    expect(tag).toBe(1);
    pbf.readMessage((field, _found, stack) => {
      if (field === 1) said["name"] = stack.readString();
      if (field === 2) said["range"] = stack.readString();
      if (field === 3)
        stack.readMessage((at, _glyph, one) => {
          if (at === 1) said["id"] = one.readVarint();
          if (at === 6) said["top"] = one.readSVarint();
        }, {});
    }, {});
  }, {});
  expect(said).toEqual({ name: "Noto Sans SC", range: "0-255", id: 72, top: -10 });
});
