import type { Agent, ClientRequest } from "node:http";

/**
 * An agent that also shows the request which docker-modem keeps to itself. Engines do not redirect; docker-modem would follow
 * one that does anywhere, without this agent, and with an uncaught error where it does not know the scheme.
 */
export function watched(agent: Agent, onRequest: (request: ClientRequest) => void): Agent {
  return Object.create(agent, {
    addRequest: {
      value(request: ClientRequest, ...rest: unknown[]) {
        onRequest(request);
        request.prependOnceListener("response", ({ headers }) => {
          delete headers.location;
        });
        Reflect.apply(Reflect.get(agent, "addRequest"), agent, [request, ...rest]);
      },
    },
  });
}
