/** The scale of a legend as the map draws it: a swatch for each class that can occur, and the breaks between them. Pure. */

import type { LayerStyle } from "./types";

export interface Swatch {
  colour: string;
  /** The same class beyond the minutes chosen, and the share of the class that lies within them. */
  faint: string;
  within: number;
}

export interface Scale {
  swatches: Swatch[];
  /** The breaks; each stands between the swatch of its place and the next. */
  breaks: number[];
}

export const scaleOf = ({ breaks, legend }: LayerStyle): Scale => ({
  breaks,
  swatches: legend.colours.slice(0, breaks.length + 1).map((colour, i) => ({ colour, faint: legend.faint[i] ?? colour, within: 1 })),
});

/** The scale of travel times: classes end where the search ends, and what is farther is a class of its own. */
export function minutesScale(style: LayerStyle, minutes: number, last: number): Scale {
  const inner = style.breaks.filter((b) => b < last);
  const breaks = style.beyond === null ? style.breaks : [...inner, last];
  const places = style.beyond === null ? style.legend.colours.map((_, i) => i) : [...inner.keys(), inner.length, style.legend.colours.length - 1];
  const swatches = places.map((place, i) => {
    const [from, to] = [breaks[i - 1] ?? 0, breaks[i] ?? Infinity];
    const share = to === Infinity ? (minutes > from ? 1 : 0) : (minutes - from) / (to - from);
    const beyond = style.beyond !== null && i === places.length - 1;
    return { colour: style.legend.colours[place] ?? "", faint: style.legend.faint[place] ?? "", within: beyond ? 0 : Math.min(1, Math.max(0, share)) };
  });
  return { breaks, swatches };
}
