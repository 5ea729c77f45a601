import type Docker from "dockerode";

type Query = Readonly<Record<string, string>>;

/**
 * Creates something and gives the whole answer: dockerode's own methods give its name only, and no warnings or labels. They
 * also write all of a body into the URL, where proxies log it (github.com/apocas/dockerode/issues/144).
 */
export const post = (docker: Docker, path: string, body: object, query: Query = {}) =>
  exchange(docker, "POST", path, { _query: query, _body: body });

/** Any call without a body, for those that dockerode does not know. */
export const dial = (docker: Docker, method: "GET" | "DELETE", path: string, query: Query = {}) =>
  exchange(docker, method, path, { _query: query });

function exchange(
  docker: Docker,
  method: string,
  path: string,
  options: { readonly _query: Query; readonly _body?: object },
): Promise<unknown> {
  const asked = Object.keys(options._query).length === 0 ? path : `${path}?`; // docker-modem adds the query to a question mark
  return new Promise((resolve, reject) => {
    docker.modem.dial({ path: asked, method, options }, (error: unknown, answer: unknown) =>
      error ? reject(error) : resolve(answer),
    );
  });
}
