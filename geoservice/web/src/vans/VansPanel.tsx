/** The tab of vans: the timetable by van and week, and the stops that are not visited. */

import { useEffect } from "preact/hooks";
import { itemsUrl } from "../api";
import { language, say, t } from "../i18n";
import { flyToGeometry } from "../map/flight";
import { overlays, standardOf, study, toggle } from "../state";
import { Failure } from "../ui/Failure";
import { Select } from "../ui/Select";
import { modeName, numberOf, serviceName } from "../ui/words";
import { chosenVan, chosenWeek, selectedStop, VAN_STOPS, VAN_TOURS } from "./choice";
import { keepTimetable, left, timetable } from "./data";
import { sheets, vansOf, weeksOf, type Sheet, type Stop, type Tour } from "./timetable";
import "./vans.css";

const ALL = "";
/** 1 January 2024 was a Monday. */
const dayName = (weekday: number): string => new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { weekday: "long" }).format(new Date(2024, 0, weekday));

/** What the vans bring, and whom a stop reaches. */
function question(): string {
  const vans = study.value.vans;
  if (!vans) return "";
  const minutes = vans.minutes ?? standardOf(vans.service);
  return t("vans.question", { service: serviceName(vans.service), mode: modeName(vans.mode).toLocaleLowerCase("en"), minutes });
}

/** The map shows the whole tour of the stop. */
function choose(stop: Stop): void {
  selectedStop.value = stop.unit;
  for (const id of [VAN_STOPS, VAN_TOURS]) if (!overlays.value.has(id)) toggle(id);
  const ground = timetable.value.value?.tours.find((tour) => tour.unit === stop.tour)?.geometry ?? stop.geometry;
  if (ground) flyToGeometry(ground);
}

function Name({ stop }: { stop: Stop }) {
  const area = say(stop.area);
  return (
    <th scope="row">
      <button type="button" aria-pressed={selectedStop.value === stop.unit} onClick={() => choose(stop)}>{say(stop.name)}</button>
      {area && area !== say(stop.name) && <small>{area}</small>}
    </th>
  );
}

function People({ stop }: { stop: Stop }) {
  const { number, margin, known, uncertain, hint } = numberOf("stop_persons", stop.people);
  return <td class={uncertain ? "uncertain" : known ? "" : "none"} title={hint || undefined}>{number}{margin && <small> {margin}</small>}</td>;
}

function Day({ tour }: { tour: Tour }) {
  return (
    <tbody data-tour={tour.unit}>
      <tr class="day">
        <th scope="rowgroup" colSpan={4}>{dayName(tour.weekday)} <small>{t("vans.day", { departs: tour.departs, returns: tour.returns, minutes: tour.driving ?? 0 })}</small></th>
      </tr>
      {tour.stops.map((stop) => (
        <tr key={stop.unit} data-unit={stop.unit} class={selectedStop.value === stop.unit ? "selected" : ""}>
          <Name stop={stop} />
          <td>{stop.arrives}</td>
          <td>{stop.opens}–{stop.leaves}</td>
          <People stop={stop} />
        </tr>
      ))}
    </tbody>
  );
}

function WeekTable({ sheet }: { sheet: Sheet }) {
  const id = `van-${sheet.van}-${sheet.week}`;
  return (
    <>
      <h3 id={id}>{t("vans.sheet", { van: say(sheet.name), week: sheet.week })}</h3>
      <table aria-labelledby={id}>
        <thead>
          <tr>
            <th scope="col" class="name">{t("vans.stop")}</th>
            <th scope="col">{t("vans.arrives")}</th>
            <th scope="col">{t("vans.open")}</th>
            <th scope="col">{t("vans.people")}</th>
          </tr>
        </thead>
        {sheet.tours.map((tour) => <Day key={tour.unit} tour={tour} />)}
      </table>
    </>
  );
}

function Left() {
  if (left.value.length === 0) return null;
  return (
    <>
      <h3 id="van-left">{t("vans.left", { number: left.value.length })}</h3>
      <ul class="left" aria-labelledby="van-left">
        {left.value.map((stop) => (
          <li key={stop.unit} data-unit={stop.unit}>
            <button type="button" aria-pressed={selectedStop.value === stop.unit} onClick={() => choose(stop)}>{say(stop.name)}</button>
            <small>{t("vans.left_why", { people: numberOf("stop_persons", stop.people).text, reason: say(stop.reason) })}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

export function VansPanel() {
  useEffect(keepTimetable, []);
  const found = timetable.value.value;
  const tours = found?.tours ?? [];
  const vans = vansOf(tours).map(([id, name]) => [id, say(name)] as const);
  const weeks = weeksOf(tours).map((w) => [String(w), t("vans.week", { week: w })] as const);
  const van = vans.some(([id]) => id === chosenVan.value) ? chosenVan.value : null;
  const week = weeks.some(([id]) => id === String(chosenWeek.value)) ? chosenWeek.value : null;
  const file = `${study.value.id}-vans`;
  return (
    <section class="areas vans" aria-busy={timetable.loading.value}>
      <h2>{t("vans.title")}</h2>
      <p class="quiet">{question()}</p>
      <div class="pair">
        <Select name="van" label={t("vans.choice.van")} value={van ?? ALL} options={[[ALL, t("vans.all_vans")], ...vans]} choose={(id) => (chosenVan.value = id || null)} />
        <Select name="van_week" label={t("vans.choice.week")} value={week === null ? ALL : String(week)} options={[[ALL, t("vans.all_weeks")], ...weeks]} choose={(id) => (chosenWeek.value = id ? Number(id) : null)} />
      </div>
      {timetable.problem.value && <Failure what="vans" problem={timetable.problem.value} retry={timetable.retry} />}
      {timetable.loading.value && <p class="quiet" role="status">{t("loading")}</p>}
      {found && tours.length === 0 && <p class="quiet">{t("vans.none")}</p>}
      {sheets(tours, van, week).map((sheet) => <WeekTable key={`${sheet.van} ${sheet.week}`} sheet={sheet} />)}
      <Left />
      {found && <p class="quiet">{t("vans.reading")}</p>}
      <p class="files">
        <a href={itemsUrl(VAN_STOPS, { f: "csv" })} download={`${file}.csv`}>{t("vans.csv")}</a>
        <a href={itemsUrl(VAN_STOPS, { f: "ics", lang: language.value })} download={`${file}.ics`}>{t("vans.ics")}</a>
        <button type="button" class="plain" onClick={() => window.print()}>{t("vans.print")}</button>
      </p>
    </section>
  );
}
