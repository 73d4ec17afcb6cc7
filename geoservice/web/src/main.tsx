import "./style.css";
import { render } from "preact";
import { fetchManifest, ServerError } from "./api";
import { keepLoaded } from "./data";
import { t } from "./i18n";
import { begin } from "./state";
import { App } from "./ui/App";
import { keepWatching } from "./watch";

const root = document.getElementById("app")!;

function sorry(error: unknown): void {
  const empty = error instanceof ServerError && error.status === 503;
  const words = empty ? t("error.empty") : t("error.manifest");
  render(<p class="sorry" role="alert">{words}</p>, root);
}

try {
  begin(await fetchManifest());
  keepLoaded();
  keepWatching();
  render(<App />, root);
} catch (error) {
  sorry(error);
}
