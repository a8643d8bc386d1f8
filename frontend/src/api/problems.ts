/** What the API tells when it refuses (RFC 9457); `code` is stable. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  hint: string;
}

/** A request that was not answered as asked. Status 0: there was no answer at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ApiProblem";
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint;
  }
}

/** Whatever came back, as a problem: proxies answer with pages, and a server that is away with nothing. */
export function problemFrom(body: unknown, status: number): ApiProblem {
  const said = typeof body === "string" ? parsed(body) : body;
  const given = typeof said === "object" && said !== null ? (said as Partial<Problem>) : {};
  return new ApiProblem({
    status,
    code: given.code ?? (status === 0 ? "away" : "unknown"),
    detail: given.detail ?? "",
    hint: given.hint ?? "",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
