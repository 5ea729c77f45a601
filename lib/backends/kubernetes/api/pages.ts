import type { Answer } from "./answer.ts";
import { hasStatus } from "./api-error.ts";
import type { ApiList } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";

/** Twice as many take as long to read and half as much memory again: what a page holds should not outlive the youngest generation. */
const PAGE_ITEMS = 250;

/** A list that expires so often while it is read is read too slowly to ever end. */
const MAX_RESTARTS = 3;

export interface ListQuery {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * A list in pages. Each page is digested as soon as it is there and then dropped: what is held while the reader works on
 * one is the digest alone, so that memory stays flat. A continue token that has expired starts the list again from its
 * beginning: items then come twice, and none is missed. Throws an ApiError: what came before it proves nothing about what
 * did not come.
 */
export async function* digestPages<Item, Digest>(
  client: KubernetesClient,
  path: string,
  query: ListQuery,
  signal: AbortSignal,
  digest: (page: Answer<ApiList<Item>>) => Digest | Promise<Digest>,
): AsyncGenerator<Digest> {
  const read = async (token: string | undefined) => {
    const page = await client.call<ApiList<Item>>({
      method: "GET",
      path,
      query: { ...query, limit: PAGE_ITEMS, continue: token },
      signal,
    });
    return { next: page.body.metadata.continue || undefined, digest: await digest(page) };
  };
  let token: string | undefined;
  for (let restarts = 0; ; ) {
    const page = await read(token).catch((error: unknown) => {
      if (!hasStatus(error, 410) || restarts++ >= MAX_RESTARTS) throw error;
      return undefined;
    });
    token = page?.next;
    if (page) yield page.digest;
    if (page && !token) return;
  }
}

/** The same, each page as it is. */
export const listPages = <Item>(
  client: KubernetesClient,
  path: string,
  query: ListQuery,
  signal: AbortSignal,
): AsyncGenerator<Answer<ApiList<Item>>> =>
  digestPages<Item, Answer<ApiList<Item>>>(client, path, query, signal, (page) => page);
