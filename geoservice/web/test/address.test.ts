// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { written } from "../src/address";
import { chosen, level, manifest, overlays, selected, service, sort, tab, take, theme, view } from "../src/state";
import { RELEASE } from "./release";

beforeEach(() => {
  manifest.value = RELEASE;
  take(new URLSearchParams());
});

test("all of the choice is in the address and comes back out of it", () => {
  service.value = "school";
  [chosen.tier.value, chosen.group.value, chosen.minutes.value] = ["village", "under_6", 5];
  [level.value, theme.value, selected.value, tab.value] = ["county", "cells", "b", "stations"];
  overlays.value = new Set(["gaps"]);
  sort.value = { key: "left", down: true };
  view.value = { zoom: 12.5, lat: 60.17, lon: 24.94 };
  const address = written();
  take(new URLSearchParams());
  expect(service.value).toBe("clinic");
  take(new URLSearchParams(address));
  expect(written()).toBe(address);
  expect([service.value, chosen.tier.value, chosen.group.value, chosen.minutes.value]).toEqual(["school", "village", "under_6", 5]);
  expect([...overlays.value]).toEqual(["gaps"]);
  expect([sort.value, view.value]).toEqual([{ key: "left", down: true }, { zoom: 12.5, lat: 60.17, lon: 24.94 }]);
});

test("that nothing lies on top is remembered as well", () => {
  overlays.value = new Set();
  take(new URLSearchParams(written()));
  expect([...overlays.value]).toEqual([]);
});

test.each(["service=nothing&minutes=7&theme=x&tab=y&sort=z&map=1/2&on=x", "map=99/0/0&minutes=", "map=a/b/c&tier=<script>", "%"])("what a release does not have (%s) is as if it were not there", (address) => {
  take(new URLSearchParams(address));
  expect([service.value, chosen.minutes.value, theme.value, tab.value, sort.value.key, view.value]).toEqual(["clinic", 10, "coverage", "areas", "share", null]);
  expect(chosen.tier.value).toBe("any");
});

test("a service in an address alone comes with its standard time", () => {
  take(new URLSearchParams("service=school"));
  expect(chosen.minutes.value).toBe(15);
});
