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

export interface ClosedStation {
  id: string;
  name: string;
}

/** A choice between most people in time and least time beyond it; `tied` says that the one before reaches no more beyond the margin. */
export interface FairChoice {
  persons: number | null;
  persons_margin: number | null;
  far_minutes: number;
  excess_minutes: number;
  proven: boolean;
  gap: number;
  most_covered: boolean;
  tied: boolean;
  closed: ClosedStation[];
  features: SiteFeature[];
}

export interface SitingAnswer {
  features: SiteFeature[];
  feasible: boolean;
  summary: string[];
  closed?: ClosedStation[];
  curve?: CurvePoint[] | null;
  fairness?: { proven: boolean; points: FairChoice[] } | null;
  left_out?: { area: string; persons: number | null; persons_margin: number | null }[];
}

/** What a choice opens and closes. */
export interface Shown {
  features: readonly SiteFeature[];
  closed: readonly ClosedStation[];
}

/** The choice at a place of the answer: of several between coverage and fairness, or the only one. */
export const choiceOf = (found: SitingAnswer, place: number): Shown => found.fairness?.points[place] ?? { features: found.features, closed: found.closed ?? [] };
