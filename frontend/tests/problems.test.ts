import { describe, expect, it } from "vitest";
import { proof } from "../src/api/client";
import { ApiProblem, isSignedOut, problemFrom } from "../src/api/problems";

describe("a refusal", () => {
  it("is told as the API tells it", () => {
    const body = { code: "disk_full", detail: "The disk is full.", hint: "Make room.", status: 507 };
    for (const said of [body, JSON.stringify(body)]) {
      const problem = problemFrom(said, 507);
      expect(problem).toBeInstanceOf(ApiProblem);
      expect([problem.status, problem.code, problem.message, problem.hint]).toEqual([
        507,
        "disk_full",
        "The disk is full.",
        "Make room.",
      ]);
    }
  });

  it.each([
    ["<html>Bad gateway</html>", 502, "unknown"],
    ["", 500, "unknown"],
    [null, 0, "away"],
    [undefined, 0, "away"],
    ["[1]", 400, "unknown"],
    ["null", 400, "unknown"],
  ])("that is %j, status %i, is one as well", (body, status, code) => {
    expect(problemFrom(body, status)).toMatchObject({ status, code, message: "" });
  });

  it("for want of a session is known", () => {
    expect(isSignedOut(problemFrom({}, 401))).toBe(true);
    expect(isSignedOut(problemFrom({}, 403))).toBe(false);
    expect(isSignedOut(new Error("401"))).toBe(false);
  });
});

describe("the proof that our page asks", () => {
  it.each<[string, Record<string, string>]>([
    ["", {}],
    ["other=1", {}],
    ["edit_factory_csrf=a%2Fb", { "X-CSRF-Token": "a/b" }],
    ["other=1; edit_factory_csrf=abc; more=2", { "X-CSRF-Token": "abc" }],
    ["not_edit_factory_csrf=abc", {}],
  ])("is what the cookie in %j says", (cookies, expected) => {
    expect(proof(cookies)).toEqual(expected);
  });
});
