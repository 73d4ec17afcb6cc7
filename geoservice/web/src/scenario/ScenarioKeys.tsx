/** The marks of a scenario, for the legend. */

import { t } from "../i18n";
import { Icon } from "./Icon";

export const ScenarioKeys = () => (
  <>
    {(["new", "moved", "closed"] as const).map((kind) => (
      <span key={kind} class="key"><i class="scenario-mark" data-kind={kind}><Icon kind={kind} /></i>{t(`scenario.legend.${kind}`)}</span>
    ))}
  </>
);
