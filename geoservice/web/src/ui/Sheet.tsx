/** The sheet under the map of a narrow screen: low, half or full height, by its handle, by dragging, or by the keyboard. */

import { useRef } from "preact/hooks";
import { t } from "../i18n";
import { HEIGHTS, sheet } from "../layout";
import { Title } from "./Controls";
import { Answers } from "./Results";

const STEP = 40;

function move(by: number): void {
  const at = HEIGHTS.indexOf(sheet.value) + by;
  sheet.value = HEIGHTS[Math.min(HEIGHTS.length - 1, Math.max(0, at))]!;
}

function Handle() {
  const from = useRef<number | null>(null);
  const dragged = useRef(false);
  const down = (event: PointerEvent): void => {
    from.current = event.clientY;
    dragged.current = false;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent): void => {
    if (from.current === null || Math.abs(event.clientY - from.current) < STEP) return;
    move(event.clientY < from.current ? 1 : -1);
    from.current = null;
    dragged.current = true;
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(by);
  };
  const turn = (): void => {
    if (!dragged.current) sheet.value = sheet.value === "low" ? "half" : sheet.value === "half" ? "full" : "low";
  };
  return (
    <button type="button" class="handle" aria-expanded={sheet.value !== "low"} aria-controls="results-body" aria-label={t(`sheet.${sheet.value}`)} onPointerDown={down} onPointerMove={drag} onPointerUp={() => (from.current = null)} onKeyDown={key} onClick={turn}>
      <span aria-hidden="true" />
    </button>
  );
}

export function Sheet() {
  return (
    <aside id="results" class={`sheet ${sheet.value}`} aria-label={t("results")} tabIndex={-1}>
      <Handle />
      <Title />
      <Answers low={sheet.value === "low"} />
    </aside>
  );
}
