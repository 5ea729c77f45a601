import type Docker from "dockerode";

/**
 * Creates something and gives the whole answer: dockerode's own methods give its name only, and no warnings or labels. They
 * also write all of a body into the URL, where proxies log it (github.com/apocas/dockerode/issues/144).
 */
export function post(
  docker: Docker,
  path: string,
  body: object,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const options = { _query: query, _body: body };
  const asked = Object.keys(query).length === 0 ? path : `${path}?`; // docker-modem adds the query to a question mark
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      { path: asked, method: "POST", options },
      (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)),
    );
  });
}
