import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Map as MapLibre } from "maplibre-gl";
import { now as here, numbers } from "../data";
import { language, say, t } from "../i18n";
import { problemOf } from "../loaded";
import { fairnessOn, flowsOn, hotspotsOn, layerOf, manifest, study } from "../state";
import { Failure } from "../ui/Failure";
import { isCopy, takenWhole } from "../copy";
import { noPicture, pictureUrl } from "../picture";
import { numberOf } from "../ui/words";
import { code, keepFlowMap } from "../flow/load";
import { code as hotspotCode, keepHotspotMap } from "../hotspot/load";
import { takesClicks } from "../live/clicks";
import { keepToolMap } from "../live/load";
import { tool } from "../live/tool";
import { ToolButtons } from "../live/ToolButtons";
import { elsewhere, scenarioOn } from "../scenario/choice";
import { code as scenarioCode, keepScenarioMap } from "../scenario/load";
import { mapsView } from "../scenario/maps/choice";
import { lineOf } from "../equal/data";
import { sentenceOf } from "../equal/words";
import { keepMark } from "../search/mark";
import { SearchBox } from "../search/SearchBox";
import { SearchOff } from "../search/SearchOff";
import { keepAreas, shapes } from "./areas";
import { build } from "./build";
import { keepCards } from "./cards";
import { keepDrawn } from "./drawing";
import { failedTiles, keepFaults, noMap, retryTiles } from "./faults";
import { firstBox, flyHome, keepPlace, zoomBy } from "./flight";
import { series, shown } from "./ground";
import { keepPointed, tip } from "./pointer";
import { keepScheme } from "./repaint";
import { layerIn } from "./tiles";

function HoverTip() {
  const at = tip.value;
  const now = shown.value;
  if (!at || !now) return null;
  const area = here.value.areas.find((a) => a.unit === at.area);
  const title = now.layer.id === "catchments" ? String(at.feature["station_name"] ?? "") : area?.[language.value];
  const compared = fairnessOn.value ? lineOf(at.area) : undefined;
  const text = compared ? sentenceOf(compared) : now.want && !series.loading.value ? numberOf(at.measure ?? now.want.measure, at.number).text : null;
  return (
    <div class="tip" style={{ left: `${at.x}px`, top: `${at.y}px` }} aria-hidden="true">
      {title && <strong>{title}</strong>}
      {text && <span>{text}</span>}
    </div>
  );
}

/** Streets of a made-up study are not OpenStreetMap's: where a study names its sources, they decide. */
const credited = (): boolean => manifest.value.baseMap && /OpenStreetMap/.test(study.value.source?.en ?? "OpenStreetMap");

const PICTURE = (
  <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d="M1.5 3.5h13v9h-13zM1.5 10.5l4-3.5 3 2.5 2.5-2 3.5 3" fill="none" stroke="currentColor" stroke-width="1.4" /><circle cx="11" cy="6" r="1.1" fill="currentColor" /></svg>
);

function Buttons() {
  const picture = pictureUrl.value;
  return (
    <div class="buttons">
      <button type="button" aria-label={t("map.in")} title={t("map.in")} onClick={() => zoomBy(1)}>+</button>
      <button type="button" aria-label={t("map.out")} title={t("map.out")} onClick={() => zoomBy(-1)}>−</button>
      <button type="button" aria-label={t("map.home")} title={t("map.home")} onClick={() => flyHome()}>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M1.5 5.5v-4h4M10.5 1.5h4v4M14.5 10.5v4h-4M5.5 14.5h-4v-4" fill="none" stroke="currentColor" stroke-width="1.6" /></svg>
      </button>
      {picture ? (
        <a class="picture" href={picture} target="_blank" rel="noopener" aria-label={t("picture.link")} title={t("picture.link")}>{PICTURE}</a>
      ) : (
        <button type="button" class="picture" aria-disabled="true" aria-label={noPicture()} title={noPicture()}>{PICTURE}</button>
      )}
    </div>
  );
}

const sourceName = (source: string): string => {
  const layer = layerOf(layerIn(source));
  return layer ? say(layer.title) : t("layers.base");
};

function FailedTiles() {
  const [first, ...rest] = [...failedTiles.value];
  if (!first) return null;
  const layers = [first, ...rest].map(([source]) => sourceName(source)).join(t("comma"));
  return <Failure what="tiles" values={{ layers }} problem={first[1].problem} retry={retryTiles} />;
}

/** What of the map could not be had, one line for each kind. */
function Faults({ rebuild }: { rebuild: () => void }) {
  const drawn = shapes.problem.value ?? series.problem.value ?? (shown.value?.want?.measure === "uncovered_persons" ? numbers.problem.value : null);
  const again = (): void => {
    if (shapes.problem.value) shapes.retry();
    if (series.problem.value) series.retry();
    if (numbers.problem.value) numbers.retry();
  };
  return (
    <div class="faults">
      {noMap.value && <Failure what="map" problem={noMap.value} retry={rebuild} />}
      {drawn && <Failure what="colours" problem={drawn} retry={again} />}
      <FailedTiles />
      {takenWhole.value && <p class="notice whole" role="status">{t("copy.whole")}</p>}
    </div>
  );
}

const label = (): string => t(tool.value ? `${tool.value}.map` : scenarioOn.value ? "scenario.map" : flowsOn.value ? "flows.map" : hotspotsOn.value ? "hotspots.map" : "map.label");

function start(map: MapLibre): (() => void)[] {
  keepPointed(map);
  return [keepFaults(map), keepPlace(map), keepScheme(map), ...keepDrawn(map), ...keepAreas(map), series.keep(), keepCards(map), keepFlowMap(map), keepHotspotMap(map), keepScenarioMap(map), keepToolMap(map), keepMark(map)];
}

export function MapView() {
  const box = useRef<HTMLDivElement>(null);
  const [map, setReady] = useState<MapLibre | null>(null);
  const attempt = useSignal(0);
  useEffect(() => {
    let gone = false;
    let stops: (() => void)[] = [];
    noMap.value = null;
    const container = box.current!;
    const making = firstBox().then((first) => build(container, first));
    making.then(
      (made) => {
        stops = [...(gone ? [] : start(made)), () => made.remove()];
        if (gone) return stops.forEach((stop) => stop());
        made.on("render", () => box.current?.removeAttribute("data-idle"));
        made.on("idle", () => box.current?.setAttribute("data-idle", ""));
        setReady(made);
      },
      (error: unknown) => (noMap.value = problemOf(error)),
    );
    return () => {
      gone = true;
      stops.forEach((stop) => stop());
    };
  }, [attempt.value]);
  useSignalEffect(() => {
    map?.getCanvas().setAttribute("aria-label", label());
  });
  const FlowTip = code.value.value?.FlowTip;
  const HotspotTip = hotspotCode.value.value?.HotspotTip;
  const ComparedMaps = scenarioCode.value.value?.ComparedMaps;
  const states = ["map", takesClicks.value && "drawing", mapsView.value !== "one" && `maps-${mapsView.value}`, elsewhere.value && "elsewhere"];
  return (
    <main class={states.filter(Boolean).join(" ")} aria-label={label()}>
      <div class="canvas" ref={box} />
      {ComparedMaps && map && <ComparedMaps map={map} />}
      <HoverTip />
      {FlowTip && <FlowTip />}
      {HotspotTip && <HotspotTip />}
      {manifest.value.search && (isCopy ? <SearchOff /> : <SearchBox />)}
      <Buttons />
      <ToolButtons />
      <Faults rebuild={() => attempt.value++} />
      {credited() && <div class="credit">{t("map.credit")}</div>}
    </main>
  );
}
