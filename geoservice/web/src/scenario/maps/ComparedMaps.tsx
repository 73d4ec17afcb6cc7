/** A scenario beside what it is compared with: a second map with its name, made when it is first shown and removed when it is left. */

import { useSignal, useSignalEffect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { problemOf, type Problem } from "../../loaded";
import { drawAreas } from "../../map/areas";
import { build, extent } from "../../map/build";
import { keepDrawn } from "../../map/drawing";
import { keepFaults } from "../../map/faults";
import { changeShown, firstGround } from "../../map/ground";
import { keepLocked } from "../../map/pointer";
import { keepScheme } from "../../map/repaint";
import { Failure } from "../../ui/Failure";
import { keepTogether } from "./cameras";
import { divider, mapsView, twoMaps } from "./choice";
import { sideName } from "./data";
import { Divider } from "./Divider";
import { keepFirst } from "./stations";
import "./maps.css";

function start(map: MapLibre, beside: MapLibre): (() => void)[] {
  keepLocked(map, firstGround);
  return [keepFaults(map), keepTogether(beside, map), keepScheme(map), ...keepDrawn(map, firstGround), drawAreas(map), keepFirst(map)];
}

function FirstMap({ beside }: { beside: MapLibre }) {
  const box = useRef<HTMLDivElement>(null);
  const [map, setReady] = useState<MapLibre | null>(null);
  const problem = useSignal<Problem | null>(null);
  const attempt = useSignal(0);
  useEffect(() => {
    let gone = false;
    let stops: (() => void)[] = [];
    problem.value = null;
    build(box.current!, extent()).then(
      (made) => {
        stops = [...(gone ? [] : start(made, beside)), () => made.remove()];
        if (gone) return stops.forEach((stop) => stop());
        made.on("render", () => box.current?.removeAttribute("data-idle"));
        made.on("idle", () => box.current?.setAttribute("data-idle", ""));
        setReady(made);
      },
      (error: unknown) => (problem.value = problemOf(error)),
    );
    return () => {
      gone = true;
      stops.forEach((stop) => stop());
    };
  }, [beside, attempt.value]);
  useSignalEffect(() => {
    map?.getCanvas().setAttribute("aria-label", t("maps.canvas", { name: sideName(0) }));
  });
  const clip = mapsView.value === "swipe" ? { clipPath: `inset(0 ${100 - divider.value}% 0 0)` } : undefined;
  return (
    <>
      <div class="canvas first" ref={box} style={clip} />
      {problem.value && <div class="faults"><Failure what="map" problem={problem.value} retry={() => attempt.value++} /></div>}
    </>
  );
}

/** All that a comparison puts on the map. */
export function ComparedMaps({ map }: { map: MapLibre }) {
  if (mapsView.value === "one") return null;
  if (!twoMaps.value) return changeShown.value ? <p class="map-name second">{t("maps.minus", { first: sideName(0), second: sideName(1) })}</p> : null;
  return (
    <>
      <FirstMap beside={map} />
      {mapsView.value === "swipe" && <Divider />}
      <p class="map-name first">{sideName(0)}</p>
      <p class="map-name second">{sideName(1)}</p>
    </>
  );
}
