/** What the server says of a release; the shapes of geoservice/docs/api.md. */

export type Language = "zh" | "en";
export type Label = Record<Language, string>;

export interface Dimensions {
  service?: string;
  tier?: string;
  mode?: string;
  nth?: number;
  group?: string;
  minutes?: number;
}

export interface Column {
  name: string;
  title: Label;
  type: string;
  unit: string;
  measure: string | null;
  dimensions: Dimensions;
}

/** Why there is no number, or how far one can be relied on. */
export type Status = "ok" | "uncertain" | "beyond" | "not_applicable" | "nobody" | "under" | "unstable";

/** A number with the half-width of its 90 % interval; null is a value that cannot exist, or a number known without a margin. */
export interface Estimate {
  value: number | null;
  margin: number | null;
  status: Status | null;
}

export interface LayerColours {
  colours: string[];
  /** Grey of a number whose margin is too large for a class. */
  uncertain: string;
  /** Colour of what is farther than was searched; travel times alone have one. */
  beyond: string | null;
  legend: LegendColours;
}

export interface LayerStyle extends LayerColours {
  kind: "circle" | "line" | "fill" | "none";
  property: string | null;
  breaks: number[];
  opacity: number;
  /** The colours on dark screens. */
  dark: LayerColours;
}

/** Colours as they are seen where they lie on the map's ground: of each class (the one beyond the search last) and uncertain. */
export interface LegendColours {
  colours: string[];
  uncertain: string;
  /** Of each class where it lies beyond the minutes chosen, drawn with `faint_opacity`. */
  faint: string[];
  faint_opacity: number;
}

export interface Layer {
  id: string;
  title: Label;
  description: Label;
  geometry: "point" | "line" | "polygon" | "none";
  minzoom: number;
  maxzoom: number;
  zooms?: Record<string, number>;
  bbox: [number, number, number, number] | null;
  features: number;
  columns: Column[];
  style: LayerStyle;
}

export interface Study {
  id: string;
  title: Label;
  synthetic: boolean;
  source: Label | null;
  levels: string[];
  services: { id: string; title: Label; standard_minutes: number }[];
  modes: string[];
  tiers: string[];
  minutes: number[];
  nth: number[];
  direction: "to" | "from";
  groups: { id: string; title: Label }[];
  migrants: boolean;
  /** By mode, of a study of the rush hour: its times on streets are multiplied by it. */
  peak_factor?: Readonly<Record<string, number>>;
  /** Tours of vans: the service they bring, how people come to a stop, and in how many minutes (null: the standard). */
  vans?: { service: string; mode: string; minutes: number | null } | null;
  /** Metres from a station to a street beyond which it reaches nobody. */
  snap_metres?: number;
  profile?: string;
  /** Presentation alone: counts below `hide_below` are shown as "under". */
  disclosure?: { hide_below?: number | null };
}

/** How people were measured, and what that can reveal at most. */
export interface Disclosure {
  kind?: string;
  rho?: number;
  guess?: number;
  statement?: Partial<Label>;
}

export interface Manifest {
  release: number;
  version: string;
  hash: string;
  created: string;
  study: Study;
  layers: Layer[];
  notes: Label[];
  disclosure?: Disclosure;
  baseMap: boolean;
  /** Whether the release has a gazetteer, so that places can be searched for. */
  search?: boolean;
  /** Colour of the land on which layers lie. */
  ground: string;
  /** The same on dark screens. */
  darkGround: string;
}

export type Value = string | number | boolean | null;

export interface Feature {
  id: number;
  geometry: GeoJSON.Geometry | null;
  properties: Record<string, Value>;
}
