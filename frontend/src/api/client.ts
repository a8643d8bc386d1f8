import { client } from "./generated/client.gen";
import { ApiProblem, problemFrom } from "./problems";

export const LIBRARY = "/api/v1/library";

/** The header of changes that shows the server that its own page asks: what its cookie says. */
export function proof(cookies: string): Record<string, string> {
  const found = /(?:^|;\s*)edit_factory_csrf=([^;]+)/.exec(cookies);
  return found?.[1] === undefined ? {} : { "X-CSRF-Token": decodeURIComponent(found[1]) };
}

/** Let the generated client ask the server that the page came from, and throw every refusal as `ApiProblem`. */
export function setUpClient(): void {
  client.setConfig({ baseUrl: "", throwOnError: true });
  client.interceptors.request.use((request) => {
    for (const [name, value] of Object.entries(proof(document.cookie))) request.headers.set(name, value);
    return request;
  });
  client.interceptors.error.use((error, response) => {
    return error instanceof ApiProblem ? error : problemFrom(error, (response as Response | undefined)?.status ?? 0);
  });
}

/** What a call of the generated client brought; its refusals were thrown. */
export async function answer<T>(asked: Promise<{ data: T }>): Promise<T> {
  return (await asked).data;
}
