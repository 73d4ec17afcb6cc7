import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { ServerError } from "../src/api";
import { Loaded, problemOf } from "../src/loaded";

interface Waiting {
  question: string;
  answer: (value: string) => void;
  fail: (error: unknown) => void;
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

function made() {
  const question = signal("a");
  const asked: Waiting[] = [];
  const loaded = new Loaded<string>(() => question.value, () => new Promise((answer, fail) => asked.push({ question: question.value, answer, fail })));
  loaded.keep();
  return { question, asked, loaded };
}

test("an answer stands under its own question alone", async () => {
  const { question, asked, loaded } = made();
  expect(loaded.loading.value).toBe(true);
  asked[0]!.answer("A");
  await settled();
  expect(loaded.value.value).toBe("A");
  question.value = "b";
  expect(loaded.value.value).toBeNull();
  expect(loaded.loading.value).toBe(true);
});

test("an answer that comes after a later question is dropped", async () => {
  const { question, asked, loaded } = made();
  question.value = "b";
  asked[1]!.answer("B");
  asked[0]!.answer("A");
  await settled();
  expect(loaded.value.value).toBe("B");
});

test("after a failure nothing of before is there, and a second attempt is of the same question", async () => {
  const { question, asked, loaded } = made();
  asked[0]!.answer("A");
  await settled();
  question.value = "b";
  asked[1]!.fail(new ServerError(503, "busy"));
  await settled();
  expect([loaded.value.value, loaded.problem.value, loaded.loading.value]).toEqual([null, "busy", false]);
  loaded.retry();
  expect(loaded.loading.value).toBe(true);
  expect(asked[2]!.question).toBe("b");
  asked[2]!.answer("B");
  await settled();
  expect([loaded.value.value, loaded.problem.value]).toEqual(["B", null]);
});

test("a failure of the question before says nothing of this one", async () => {
  const { question, asked, loaded } = made();
  asked[0]!.fail(new TypeError("no network"));
  await settled();
  expect(loaded.problem.value).toBe("offline");
  question.value = "b";
  expect([loaded.problem.value, loaded.loading.value]).toEqual([null, true]);
});

test.each([
  [new TypeError("failed to fetch"), "offline"], [new ServerError(503, ""), "busy"], [new ServerError(429, ""), "busy"], [new ServerError(404, ""), "gone"],
  [new ServerError(400, ""), "refused"], [new ServerError(500, ""), "server"], [new Error("no JSON"), "server"],
] as const)("%s is told as %s", (error, problem) => {
  expect(problemOf(error)).toBe(problem);
});
