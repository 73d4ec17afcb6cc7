/** A small release, as the server describes one. */

import type { Column, Dimensions, Layer, LayerStyle, Manifest } from "../src/types";

export const styleOf = (own: Partial<LayerStyle>): LayerStyle => {
  const colours = own.colours ?? [];
  const seen = [...colours, ...(own.beyond ? [own.beyond] : [])];
  const legend = { colours: seen, uncertain: "#cccccc", faint: seen.map((_, i) => `#eeeee${i}`), faint_opacity: 0.16 };
  const dark = { colours: colours.map((_, i) => `#dddd0${i}`), uncertain: "#a6a6a6", beyond: own.beyond ? "#dddd99" : null, legend };
  return { kind: "fill", property: null, breaks: [], colours, uncertain: "#bcbac6", beyond: null, opacity: 0.7, legend, dark, ...own };
};

const label = (text: string) => ({ zh: `${text}中`, en: text });

export const columnOf = (name: string, measure: string | null = null, dimensions: Dimensions = {}): Column => ({ name, title: label(name), type: "number", unit: "", measure, dimensions });

export const layerOf = (id: string, own: Partial<Layer> = {}): Layer => ({
  id, title: label(id), description: label(id), geometry: "polygon", minzoom: 0, maxzoom: 12, bbox: [0, 0, 1, 1], features: 2, columns: [], style: styleOf({}), ...own,
});

const NAMES = ["name_zh", "name_en", "parent"].map((name) => columnOf(name));
const clinic = { service: "clinic", mode: "walk", tier: "any", group: "all" };

export const RELEASE: Manifest = {
  release: 3, version: "3-abc", hash: "abc", created: "2026-03-04T05:06:07Z", notes: [], baseMap: false, ground: "#f6f5f1", darkGround: "#15191d",
  study: {
    id: "town", title: label("Town"), synthetic: true, source: label("Survey"), levels: ["county", "township"], modes: ["walk", "drive"], tiers: ["county", "village"],
    services: [{ id: "clinic", title: label("Clinic"), standard_minutes: 10 }, { id: "school", title: label("School"), standard_minutes: 15 }],
    minutes: [5, 10, 15], nth: [1], direction: "to", groups: [{ id: "under_6", title: label("Under 6") }], migrants: true,
  },
  layers: [
    layerOf("coverage", { columns: [...NAMES, columnOf("share", "covered_share", { ...clinic, minutes: 10 })], style: styleOf({ property: "share", breaks: [50], colours: ["#111111", "#eeeeee"] }) }),
    layerOf("cells", { columns: [columnOf("it", "minutes", { service: "clinic", mode: "walk", tier: "any" })], style: styleOf({ property: "it", breaks: [5, 10, 45], colours: ["#100000", "#200000", "#300000", "#400000"], beyond: "#900000" }) }),
    layerOf("catchments", { columns: [columnOf("service"), columnOf("mode"), columnOf("load", "load")], style: styleOf({ property: "load", breaks: [100], colours: ["#0000aa", "#aa0000"] }) }),
    layerOf("gaps", { columns: [columnOf("service"), columnOf("mode")], style: styleOf({ colours: ["#ff0000"] }) }),
    layerOf("stations", { geometry: "point", columns: [columnOf("tier"), columnOf("services")], style: styleOf({ kind: "circle", colours: ["#d55e00"] }) }),
  ],
};
