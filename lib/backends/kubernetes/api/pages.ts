import type { Answer } from "./answer.ts";
import { hasStatus } from "./api-error.ts";
import type { ApiList } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";

const PAGE_ITEMS = 500;

/** A list that expires so often while it is read is read too slowly to ever end. */
const MAX_RESTARTS = 3;

export interface ListQuery {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * A list in pages, so that memory stays flat. A continue token that has expired starts it again from the beginning:
 * items then come twice, and none is missed. Throws an ApiError: what came before it proves nothing about what did not come.
 */
export async function* listPages<Item>(
  client: KubernetesClient,
  path: string,
  query: ListQuery,
  signal: AbortSignal,
): AsyncGenerator<Answer<ApiList<Item>>> {
  let token: string | undefined;
  for (let restarts = 0; ; ) {
    const page = await client
      .call<ApiList<Item>>({
        method: "GET",
        path,
        query: { ...query, limit: PAGE_ITEMS, continue: token },
        signal,
      })
      .catch((error: unknown) => {
        if (!hasStatus(error, 410) || restarts++ >= MAX_RESTARTS) throw error;
        return undefined;
      });
    token = page?.body.metadata.continue;
    if (page) yield page;
    if (page && !token) return;
  }
}
