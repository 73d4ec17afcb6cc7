/** The answer of the server to a siting question. */

export interface Site {
  rank: number;
  id: string;
  name: string;
  status: "new" | "forced" | "stays";
  area: string;
  persons: number | null;
  persons_margin: number | null;
  rival: string;
  tied: boolean;
  reasons: string;
}

export interface SiteFeature {
  geometry: { type: "Point"; coordinates: [number, number] };
  properties: Site;
}

export interface CurvePoint {
  sites: number;
  persons: number | null;
  persons_most: number | null;
}

export interface SitingAnswer {
  features: SiteFeature[];
  feasible: boolean;
  summary: string[];
  curve?: CurvePoint[] | null;
  left_out?: { area: string; persons: number | null; persons_margin: number | null }[];
}
