/** Minutes: one stop for each break that the release holds, so that every position has released numbers. */

import { t } from "../i18n";
import { chosen, idle, minutes, study } from "../state";
import { Idle } from "./Controls";

export function Slider() {
  const breaks = study.value.minutes;
  const last = breaks.length - 1;
  const at = Math.max(0, breaks.indexOf(minutes.value));
  const off = idle("minutes") !== null;
  const choose = (m: number): void => void (chosen.minutes.value = m);
  return (
    <div class={`slider${off ? " off" : ""}`}>
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
        disabled={off}
        style={{ "--at": `${last ? (100 * at) / last : 0}%` }}
        aria-valuetext={t("within", { minutes: minutes.value })}
        aria-describedby={off ? "reason-minutes" : undefined}
        onInput={(e) => choose(breaks[Number(e.currentTarget.value)] ?? minutes.value)}
      />
      <div class="ticks" aria-hidden="true">
        {breaks.map((m) => (
          <button key={m} type="button" tabIndex={-1} disabled={off} class={m === minutes.value ? "on" : ""} onClick={() => choose(m)}>{m}</button>
        ))}
      </div>
      <Idle part="minutes" />
    </div>
  );
}
