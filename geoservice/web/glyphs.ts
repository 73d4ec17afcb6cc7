/**
 * Glyphs of the map's font as GL clients fetch them: signed distance fields in files of 256 code points (PBF).
 *
 * Newer MapLibre draws labels with the page's own fonts; MapLibre before 5.11, Mapbox GL and the native clients need these files.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { PbfWriter } from "pbf";

export const NAME = "Noto Sans SC";
const SUBSETS = ["chinese-simplified", "vietnamese", "cyrillic", "latin-ext", "latin"];
/** Pixels of an em, around each glyph, and from the outline to where the field ends; the share of it that lies inside. */
const SIZE = 24, BUFFER = 3, RADIUS = 8, CUTOFF = 0.25;
/** Straight pieces that a curve is cut into. */
const PIECES = 5;

export interface Glyph {
  id: number;
  bitmap: Uint8Array;
  width: number;
  height: number;
  left: number;
  top: number;
  advance: number;
}

/** The straight pieces of an outline in pixels, y upwards: x and y of the beginning, then of the end. */
function outline(font: Font, code: number): Float64Array {
  const scale = SIZE / font.unitsPerEm, found: number[] = [];
  let x = 0, y = 0, startX = 0, startY = 0;
  const to = (a: number, b: number): void => {
    if (a !== x || b !== y) found.push(x, y, a, b);
    [x, y] = [a, b];
  };
  for (const { command, args } of font.glyphForCodePoint(code).path.commands) {
    const p = args.map((v) => v * scale) as [number, number, number, number, number, number];
    const [fromX, fromY] = [x, y];
    if (command === "moveTo") [x, y, startX, startY] = [p[0], p[1], p[0], p[1]];
    else if (command === "lineTo") to(p[0], p[1]);
    else if (command === "closePath") to(startX, startY);
    else for (let i = 1; i <= PIECES; i++) to(...curve(fromX, fromY, p, i / PIECES, command === "quadraticCurveTo"));
  }
  return Float64Array.from(found);
}

/** The point at `t` of a curve of the second or third degree. */
function curve(x: number, y: number, p: readonly number[], t: number, quadratic: boolean): [number, number] {
  const u = 1 - t;
  const weights = quadratic ? [u * u, 2 * u * t, t * t] : [u ** 3, 3 * u * u * t, 3 * u * t * t, t ** 3];
  const at = (first: number, axis: number): number =>
    weights.reduce((sum, w, i) => sum + w * (i === 0 ? first : p[2 * (i - 1) + axis]!), 0);
  return [at(x, 0), at(y, 1)];
}

/** The distance from a point to the outline, below zero inside of it (by the non-zero rule). */
export function distance(pieces: Float64Array, x: number, y: number): number {
  let nearest = Infinity, winding = 0;
  for (let i = 0; i < pieces.length; i += 4) {
    const px = x - pieces[i]!, py = y - pieces[i + 1]!, dx = pieces[i + 2]! - pieces[i]!, dy = pieces[i + 3]! - pieces[i + 1]!;
    let t = (px * dx + py * dy) / (dx * dx + dy * dy);
    t = Math.min(Math.max(t, 0), 1);
    const ox = t * dx - px, oy = t * dy - py, squared = ox * ox + oy * oy;
    if (squared < nearest) nearest = squared;
    if (py >= 0 !== py >= dy && (py / dy) * dx > px) winding += dy > 0 ? 1 : -1;
  }
  return winding === 0 ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}

export function glyph(font: Font, code: number): Glyph {
  const pieces = outline(font, code), advance = Math.round((font.glyphForCodePoint(code).advanceWidth * SIZE) / font.unitsPerEm);
  if (pieces.length === 0) return { id: code, bitmap: new Uint8Array(), width: 0, height: 0, left: 0, top: 0, advance };
  const xs = pieces.filter((_, i) => i % 2 === 0), ys = pieces.filter((_, i) => i % 2 === 1);
  const left = Math.floor(Math.min(...xs)), upper = Math.ceil(Math.max(...ys));
  const width = Math.ceil(Math.max(...xs)) - left, height = upper - Math.floor(Math.min(...ys));
  const wide = width + 2 * BUFFER, tall = height + 2 * BUFFER, bitmap = new Uint8Array(wide * tall);
  for (let row = 0; row < tall; row++)
    for (let column = 0; column < wide; column++) {
      const d = distance(pieces, left - BUFFER + column + 0.5, upper + BUFFER - row - 0.5);
      bitmap[row * wide + column] = Math.max(0, Math.min(255, Math.round(255 - 255 * (d / RADIUS + CUTOFF))));
    }
  const ascent = Math.round((font.ascent * SIZE) / font.unitsPerEm);
  return { id: code, bitmap, width, height, left, top: upper - ascent, advance };
}

function writeGlyph(g: Glyph, pbf: PbfWriter): void {
  pbf.writeVarintField(1, g.id);
  if (g.bitmap.length > 0) pbf.writeBytesField(2, g.bitmap);
  pbf.writeVarintField(3, g.width);
  pbf.writeVarintField(4, g.height);
  pbf.writeSVarintField(5, g.left);
  pbf.writeSVarintField(6, g.top);
  pbf.writeVarintField(7, g.advance);
}

/** One file: a stack of one font, with the glyphs of 256 code points. */
export function range(first: number, glyphs: readonly Glyph[]): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(1, (_: null, stack: PbfWriter) => {
    stack.writeStringField(1, NAME);
    stack.writeStringField(2, `${first}-${first + 255}`);
    for (const g of glyphs) stack.writeMessage(3, writeGlyph, g);
  }, null);
  return pbf.finish();
}

/** The font of each code point: a later subset covers an earlier one, as in the page's style sheet. */
function fonts(folder: string): Map<number, Font> {
  const found = new Map<number, Font>();
  for (const subset of SUBSETS) {
    const font = create(readFileSync(`${folder}/files/noto-sans-sc-${subset}-400-normal.woff2`)) as Font;
    for (const code of font.characterSet) if (code <= 0xffff) found.set(code, font);
  }
  return found;
}

/** A step of the build: writes `fonts/` beside the page, with the font's licence. */
export function glyphs(target: string): { name: string; apply: "build"; closeBundle: () => void } {
  return {
    name: "glyphs",
    apply: "build",
    closeBundle() {
      const source = createRequire(import.meta.url).resolve("@fontsource/noto-sans-sc/package.json").replace("/package.json", "");
      const folder = `${target}/fonts/${NAME}`, ranges = new Map<number, Glyph[]>();
      for (const [code, font] of [...fonts(source)].sort(([a], [b]) => a - b)) {
        const first = code & ~0xff;
        ranges.set(first, [...(ranges.get(first) ?? []), glyph(font, code)]);
      }
      mkdirSync(folder, { recursive: true });
      for (const [first, found] of ranges) writeFileSync(`${folder}/${first}-${first + 255}.pbf`, range(first, found));
      writeFileSync(`${folder}/LICENSE.txt`, readFileSync(`${source}/LICENSE`));
    },
  };
}
