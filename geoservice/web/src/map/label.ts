/** Where an area's name stands: one point an area, since a polygon cut into tiles would be named once in each. */

type Ring = GeoJSON.Position[];

/** Centre of gravity and area of a ring (shoelace). */
export function centre(ring: Ring): { at: [number, number]; size: number } {
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  let [x, y, twice] = [0, 0, 0];
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = [ring[i - 1]![0]! - x0, ring[i - 1]![1]! - y0];
    const [bx, by] = [ring[i]![0]! - x0, ring[i]![1]! - y0];
    const cross = ax * by - bx * ay;
    [x, y, twice] = [x + (ax + bx) * cross, y + (ay + by) * cross, twice + cross];
  }
  return { at: twice ? [x0 + x / (3 * twice), y0 + y / (3 * twice)] : [x0, y0], size: Math.abs(twice / 2) };
}

/** The centre and the size of the largest part; null for what is no polygon. */
export function largestPart(geometry: GeoJSON.Geometry): { at: [number, number]; size: number } | null {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  const found = parts.flatMap((p) => (p[0] ? [centre(p[0])] : [])).sort((a, b) => b.size - a.size);
  return found[0] ?? null;
}

/** A name as maps write it: without the word for the kind of area. */
export const bare = (name: string): string => name.replace(/(?<=..)(社区居委会|居委会|村委会|街道|社区|镇|乡|村)$/, "");
