import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Map as MapLibre } from "maplibre-gl";
import { now as here } from "../data";
import { language, t } from "../i18n";
import { failure, level, manifest, selected, study } from "../state";
import { numberOf } from "../ui/words";
import { keepAreas } from "./areas";
import { build } from "./build";
import { keepDrawn, shown } from "./drawing";
import { flyHome, flyToArea, setMap, zoomBy } from "./flight";
import { keepPointed, tip } from "./pointer";

function HoverTip() {
  const at = tip.value;
  const now = shown.value;
  if (!at || !now) return null;
  const area = here.value.areas.find((a) => a.unit === at.area);
  const title = now.layer.id === "catchments" ? String(at.feature["station_name"] ?? "") : area?.[language.value];
  const text = !now.want ? null : at.number.value === null && now.want.measure === "minutes" ? t("beyond") : numberOf(now.want.measure, at.number).text;
  return (
    <div class="tip" style={{ left: `${at.x}px`, top: `${at.y}px` }} aria-hidden="true">
      {title && <strong>{title}</strong>}
      {text && <span>{text}</span>}
    </div>
  );
}

/** Streets of a made-up study are not OpenStreetMap's: where a study names its sources, they decide. */
const credited = (): boolean => manifest.value.baseMap && /OpenStreetMap/.test(study.value.source?.en ?? "OpenStreetMap");

function Buttons() {
  return (
    <div class="buttons">
      <button type="button" aria-label={t("map.in")} title={t("map.in")} onClick={() => zoomBy(1)}>+</button>
      <button type="button" aria-label={t("map.out")} title={t("map.out")} onClick={() => zoomBy(-1)}>−</button>
      <button type="button" aria-label={t("map.home")} title={t("map.home")} onClick={() => flyHome()}>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M1.5 5.5v-4h4M10.5 1.5h4v4M14.5 10.5v4h-4M5.5 14.5h-4v-4" fill="none" stroke="currentColor" stroke-width="1.6" /></svg>
      </button>
    </div>
  );
}

export function MapView() {
  const box = useRef<HTMLDivElement>(null);
  const [map, setReady] = useState<MapLibre | null>(null);
  useEffect(() => {
    let gone = false;
    let made: MapLibre | null = null;
    build(box.current!).then(
      (m) => {
        if (gone) return m.remove();
        made = m;
        setMap(m);
        keepDrawn(m);
        keepAreas(m);
        keepPointed(m);
        setReady(m);
        if (selected.value) void flyToArea(level.value, selected.value);
        m.on("idle", () => box.current?.setAttribute("data-idle", String(Number(box.current.dataset["idle"] ?? 0) + 1)));
      },
      (error: unknown) => (failure.value = error instanceof Error ? error.message : String(error)),
    );
    return () => {
      gone = true;
      made?.remove();
    };
  }, []);
  useSignalEffect(() => {
    language.value;
    map?.getCanvas().setAttribute("aria-label", t("map.label"));
  });
  return (
    <main class="map" aria-label={t("map.label")}>
      <div class="canvas" ref={box} />
      <HoverTip />
      <Buttons />
      {credited() && <div class="credit">{t("map.credit")}</div>}
    </main>
  );
}
