/** Whether something is being dragged: then the numbers may be those of where it was a moment ago. */

import { signal } from "@preact/signals";

/** Milliseconds for which the last numbers of a drag may be shown after it. */
const AFTER = 700;

export class Drag {
  readonly on = signal(false);
  private ending = 0;

  begin(): void {
    clearTimeout(this.ending);
    this.on.value = true;
  }

  end(): void {
    clearTimeout(this.ending);
    this.ending = window.setTimeout(() => (this.on.value = false), AFTER);
  }
}
