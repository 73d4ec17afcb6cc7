/** What stands in the place of an answer: that it is under way, or why there is none. */

import { t } from "../i18n";
import { places } from "../scenario/data";
import { scenarioOn } from "../scenario/choice";
import { Failure } from "../ui/Failure";
import type { Asking } from "./asking";

export function Pending<A>({ asking, what }: { asking: Asking<A>; what: "zone" | "isochrone" }) {
  if (what === "zone" && scenarioOn.value && places.problem.value) return <Failure what="stations" problem={places.problem.value} retry={places.retry} />;
  if (asking.problem.value) return <Failure what={what} problem={asking.problem.value} retry={asking.retry} />;
  return <p class="quiet" role="status">{t(asking.first.value ? "scenario.starting" : "loading")}</p>;
}
