/** Two maps that stand at the same place. */

import type { Map as MapLibre } from "maplibre-gl";

/** Moves either map with the other until the function that comes back is called; the second begins where the first is. */
export function keepTogether(first: MapLibre, second: MapLibre): () => void {
  let following = false;
  const follow = (from: MapLibre, to: MapLibre): void => {
    if (following) return; // a jump is a move as well
    following = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
    following = false;
  };
  const [forth, back] = [() => follow(first, second), () => follow(second, first)];
  forth();
  first.on("move", forth);
  second.on("move", back);
  return () => {
    first.off("move", forth);
    second.off("move", back);
  };
}
