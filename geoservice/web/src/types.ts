/** What the server says of a release; the shapes of docs/api.md. */

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

export interface LayerStyle {
  kind: "circle" | "line" | "fill" | "none";
  property: string | null;
  breaks: number[];
  colours: string[];
  suppressed: string;
  /** Whether a value that is missing was withheld; false where nothing was there to withhold. */
  withheld?: boolean;
  /** The property that says of the styled one whether its value is withheld. */
  status?: string | null;
  opacity: number;
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
  profile: string;
}

export interface Manifest {
  release: number;
  version: string;
  hash: string;
  created: string;
  study: Study;
  layers: Layer[];
  notes: Label[];
  baseMap: boolean;
}

export type Value = string | number | boolean | null;

export interface Feature {
  id: number;
  geometry: GeoJSON.Geometry | null;
  properties: Record<string, Value>;
}
