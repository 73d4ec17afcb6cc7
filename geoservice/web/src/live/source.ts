/** Shapes on the map that follow an answer or a choice: a GeoJSON source with its layers, below the stations. */

import { computed, effect } from "@preact/signals";
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";

const CIRCLES = "stations-circle";

/** Draws `data` with `layers`, in the colours of the scheme, until the function that comes back is called. */
export function keepSource(map: MapLibre, id: string, data: () => GeoJSON.FeatureCollection, layers: () => LayerSpecification[]): () => void {
  const text = computed((): string => JSON.stringify(data()));
  const stop = effect(() => {
    const features = JSON.parse(text.value) as GeoJSON.FeatureCollection;
    const source = map.getSource(id) as GeoJSONSource | undefined;
    if (source) void source.setData(features);
    else map.addSource(id, { type: "geojson", data: features });
    for (const layer of layers()) {
      if (!map.getLayer(layer.id)) map.addLayer(layer, map.getLayer(CIRCLES) ? CIRCLES : undefined);
      for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
      for (const [name, value] of Object.entries(layer.layout ?? {})) map.setLayoutProperty(layer.id, name as never, value as never);
    }
  });
  return () => {
    stop();
    for (const layer of layers()) if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    if (map.getSource(id)) map.removeSource(id);
  };
}

export const featureOf = (geometry: GeoJSON.Geometry, properties: GeoJSON.GeoJsonProperties = {}): GeoJSON.Feature => ({ type: "Feature", properties, geometry });
