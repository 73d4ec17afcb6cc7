/** A zone on the map: a polygon or a circle, and how an address writes it. Pure. */

export type Position = readonly [lon: number, lat: number];

export interface Polygon {
  type: "Polygon";
  /** The corners; the last is joined to the first. */
  corners: readonly Position[];
}

export interface Circle {
  type: "Circle";
  center: Position;
  /** Metres. */
  radius: number;
}

export type Zone = Polygon | Circle;

/** Corners of a zone, at least and at most; the largest radius in metres that the server takes. */
export const LEAST = 3;
export const MOST = 200;
export const MAX_RADIUS = 500_000;

const PLACES = 5;
const SCALE = 10 ** PLACES;

/** Degrees to about 1 m, as the address has them. */
export const rounded = (lon: number, lat: number): Position => [Number(lon.toFixed(PLACES)), Number(lat.toFixed(PLACES))];
export const within = ([lon, lat]: Position): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 85;

const EARTH_RADIUS = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (value: number): number => (value * 180) / Math.PI;

/** Metres between two places. */
export function distance([lon, lat]: Position, [toLon, toLat]: Position): number {
  const [from, to] = [radians(lat), radians(toLat)];
  const a = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(radians(toLon - lon) / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(a));
}

/** The bearing from one place to another, in degrees clockwise from north. */
export function bearing([lon, lat]: Position, [toLon, toLat]: Position): number {
  const [from, to, east] = [radians(lat), radians(toLat), radians(toLon - lon)];
  return degrees(Math.atan2(Math.sin(east) * Math.cos(to), Math.cos(from) * Math.sin(to) - Math.sin(from) * Math.cos(to) * Math.cos(east)));
}

/** The place some metres away in a direction, in degrees clockwise from north. */
export function destination([lon, lat]: Position, metres: number, towards: number): Position {
  const [from, angle, turn] = [radians(lat), metres / EARTH_RADIUS, radians(towards)];
  const to = Math.asin(Math.sin(from) * Math.cos(angle) + Math.cos(from) * Math.sin(angle) * Math.cos(turn));
  return [lon + degrees(Math.atan2(Math.sin(turn) * Math.sin(angle) * Math.cos(from), Math.cos(angle) - Math.sin(from) * Math.sin(to))), degrees(to)];
}

/** A circle with a whole number of metres that the server takes. */
export const circle = (center: Position, radius: number): Circle => ({ type: "Circle", center, radius: Math.min(MAX_RADIUS, Math.max(1, Math.round(radius))) });

const SIDES = 72;
/** The outline as a ring: its last position equals the first. */
export function ringOf(zone: Zone): Position[] {
  const open = zone.type === "Polygon" ? zone.corners : Array.from({ length: SIDES }, (_, i) => rounded(...destination(zone.center, zone.radius, (360 * i) / SIDES)));
  return [...open, ...open.slice(0, 1)];
}

/** The zone as the server takes it. */
export const asked = (zone: Zone): object => (zone.type === "Polygon" ? { type: "Polygon", coordinates: [ringOf(zone)] } : zone);

/** The zone for other programs; a circle is a polygon with its centre and its radius as properties. */
export function geojsonOf(zone: Zone): GeoJSON.Feature {
  const properties = zone.type === "Circle" ? { center: zone.center, radius: zone.radius } : {};
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ringOf(zone).map((p) => [...p])] } };
}

export const cornerMoved = (corners: readonly Position[], index: number, to: Position): Position[] => corners.map((p, i) => (i === index ? to : p));
export const cornerRemoved = (corners: readonly Position[], index: number): Position[] => corners.filter((_, i) => i !== index);

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS = 5;
const MORE = 1 << BITS;

/** A whole number in five bits a letter, the lowest first; the sign is its lowest bit. */
function digitsOf(value: number): string {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = "";
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) text += DIGITS[MORE + (rest % MORE)];
  return text + DIGITS[rest];
}

/** The numbers of a text; null for a text that has none. */
function numbersOf(text: string): number[] | null {
  const numbers: number[] = [];
  let [value, factor] = [0, 1];
  for (const letter of text) {
    const digit = DIGITS.indexOf(letter);
    if (digit < 0 || factor > 2 ** 40) return null;
    value += (digit % MORE) * factor;
    factor *= MORE;
    if (digit >= MORE) continue;
    numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
    [value, factor] = [0, 1];
  }
  return factor === 1 ? numbers : null;
}

/** Each number less the one two before it: positions as steps from one to the next. */
const steps = (positions: readonly Position[]): number[] => {
  const flat = positions.flatMap(([lon, lat]) => [Math.round(lon * SCALE), Math.round(lat * SCALE)]);
  return flat.map((n, i) => n - (flat[i - 2] ?? 0));
};

function positionsOf(numbers: readonly number[]): Position[] {
  const flat: number[] = [];
  for (const [i, step] of numbers.entries()) flat.push(step + (flat[i - 2] ?? 0));
  return Array.from({ length: flat.length / 2 }, (_, i) => rounded(flat[2 * i]! / SCALE, flat[2 * i + 1]! / SCALE));
}

/** The zone as a short text for an address. */
export const encoded = (zone: Zone): string =>
  (zone.type === "Polygon" ? ["p", ...steps(zone.corners).map(digitsOf)] : ["c", ...[...steps([zone.center]), zone.radius].map(digitsOf)]).join("");

/** The zone that an address says; null where there is none. */
export function decoded(text: string): Zone | null {
  const numbers = numbersOf(text.slice(1));
  if (!numbers) return null;
  if (text[0] === "c") {
    const [center, radius] = [positionsOf(numbers.slice(0, 2))[0], numbers[2]];
    return numbers.length === 3 && center && within(center) && radius! >= 1 && radius! <= MAX_RADIUS ? circle(center, radius!) : null;
  }
  const corners = numbers.length % 2 ? [] : positionsOf(numbers);
  return text[0] === "p" && corners.length >= LEAST && corners.length <= MOST && corners.every(within) ? { type: "Polygon", corners } : null;
}
