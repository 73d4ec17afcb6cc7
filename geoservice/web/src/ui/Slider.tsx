/** Minutes: one stop for each break that the release holds, so that every position has released numbers. */

import { t } from "../i18n";
import { minutes, study } from "../state";

export function Slider() {
  const breaks = study.value.minutes;
  const last = breaks.length - 1;
  const at = Math.max(0, breaks.indexOf(minutes.value));
  return (
    <div class="slider">
      <label for="minutes">
        <span>{t("choice.minutes")}</span>
        <output for="minutes" class="now">{t("within", { minutes: minutes.value })}</output>
      </label>
      <input
        id="minutes"
        type="range"
        min={0}
        max={last}
        step={1}
        value={at}
        style={{ "--at": `${last ? (100 * at) / last : 0}%` }}
        aria-valuetext={t("within", { minutes: minutes.value })}
        onInput={(e) => (minutes.value = breaks[Number(e.currentTarget.value)] ?? minutes.value)}
      />
      <div class="ticks" aria-hidden="true">
        {breaks.map((m) => (
          <button key={m} type="button" tabIndex={-1} class={m === minutes.value ? "on" : ""} onClick={() => (minutes.value = m)}>{m}</button>
        ))}
      </div>
    </div>
  );
}
