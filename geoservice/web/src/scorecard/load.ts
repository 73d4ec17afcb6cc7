/** The code of the scorecards: fetched when they are first shown. */

import { Loaded } from "../loaded";
import { cardsOn } from "./choice";

type Code = typeof import("./ScorecardPanel");

export const code = new Loaded<Code>(() => (cardsOn.value ? "view" : null), () => import("./ScorecardPanel"));
