/** "How far from here", in the card of a station. */

import { t } from "../i18n";
import { enterTool } from "../live/entry";
import { tool, toolsThere } from "../live/tool";
import { ServerButton } from "../ui/ServerButton";
import { place } from "./choice";

interface Props {
  station: string;
  /** Where a scenario puts it, if not where the release has it. */
  at?: [number, number] | undefined;
  done?: () => void;
}

export function FromHere({ station, at, done }: Props) {
  if (!toolsThere.value) return null;
  const open = (): void => {
    done?.();
    place.value = at ? { lon: at[0], lat: at[1] } : { station };
    if (tool.value !== "isochrone") enterTool("isochrone");
  };
  return <ServerButton class="plain" onClick={open}>{t("isochrone.open")}</ServerButton>;
}
