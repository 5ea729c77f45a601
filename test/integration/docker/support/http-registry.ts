import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** A registry that answers as its repository's name says. */
export interface HttpRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Method and path of each request so far. */
  readonly requests: readonly string[];
  /** The `Authorization` headers that came with them, decoded where they are basic. */
  readonly logins: readonly string[];
  close(): Promise<void>;
}

export const USER = { username: "runner", password: "pa:ss word" };

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

const json = (
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain" : "application/json";
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
};

const errors = (code: string, message: string, detail?: unknown) => ({
  errors: [{ code, message, ...(detail !== undefined && { detail }) }],
});

const answers =
  (status: number, body: unknown, headers?: Record<string, string>): Answer =>
  (_request, response) =>
    json(response, status, body, headers);

const ofType =
  (type: string, body: unknown): Answer =>
  (request, response) => {
    const text = JSON.stringify(body);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    response.writeHead(200, {
      "Content-Type": type,
      "Content-Length": Buffer.byteLength(text),
      "Docker-Content-Digest": digest,
    });
    response.end(request.method === "HEAD" ? undefined : text);
  };

/** Who may come in: anybody, the user alone, or nobody, as the server that gives out tokens refuses them. */
export type Access = "open" | "password" | "token";

const CHALLENGES: Record<Access, (self: string) => string> = {
  open: () => "",
  password: () => 'Basic realm="test"',
  token: (self) => `Bearer realm="http://${self}/token",service="test",scope="repository:x:pull"`,
};

function isWelcome(access: Access, request: http.IncomingMessage): boolean {
  const login = Buffer.from(`${USER.username}:${USER.password}`).toString("base64");
  return access === "open" || request.headers.authorization === `Basic ${login}`;
}

const MEDIA = "application/vnd.docker.distribution.manifest";
const sha256 = (data: string | Buffer) =>
  `sha256:${createHash("sha256").update(data).digest("hex")}`;

/** An image without any file, for one platform. */
function tinyImage(architecture: string) {
  const tar = Buffer.alloc(1_024);
  const layer = gzipSync(tar);
  const config = JSON.stringify({
    architecture,
    os: "linux",
    config: { Cmd: ["true"] },
    rootfs: { type: "layers", diff_ids: [sha256(tar)] },
  });
  const blobs = new Map<string, string | Buffer>([
    [sha256(layer), layer],
    [sha256(config), config],
  ]);
  const manifest = {
    schemaVersion: 2,
    mediaType: `${MEDIA}.v2+json`,
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: Buffer.byteLength(config),
      digest: sha256(config),
    },
    layers: [
      {
        mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
        size: layer.length,
        digest: sha256(layer),
      },
    ],
  };
  return { manifest, blobs };
}

const IMAGES = { amd64: tinyImage("amd64"), arm64: tinyImage("arm64") };
const manifestOf = (architecture: keyof typeof IMAGES) =>
  JSON.stringify(IMAGES[architecture].manifest);

const indexOf = (...architectures: (keyof typeof IMAGES)[]) => ({
  schemaVersion: 2,
  mediaType: `${MEDIA}.list.v2+json`,
  manifests: architectures.map((architecture) => ({
    mediaType: `${MEDIA}.v2+json`,
    size: Buffer.byteLength(manifestOf(architecture)),
    digest: sha256(manifestOf(architecture)),
    platform: { os: "linux", architecture },
  })),
});

const SCHEMA_1 = {
  schemaVersion: 1,
  name: "schema-1",
  tag: "1",
  architecture: "amd64",
  fsLayers: [{ blobSum: sha256("x") }],
  history: [{ v1Compatibility: "{}" }],
  signatures: [],
};

const DENIED = "requested access to the resource is denied";
const detail = [{ Type: "repository", Name: "x", Action: "pull" }];

/** Answers to the request for a manifest, by the repository. */
const REPOSITORIES: Readonly<Record<string, Answer>> = {
  "unknown-tag": answers(404, errors("MANIFEST_UNKNOWN", "manifest unknown", "unknown tag=1")),
  "unknown-repository": answers(
    404,
    errors("NAME_UNKNOWN", "repository name not known to registry", { name: "x" }),
  ),
  "not-found-in-plain-text": answers(404, "404 page not found\n"),
  "denied-with-detail": answers(403, errors("DENIED", DENIED, detail)),
  "denied-with-default-message": answers(403, errors("DENIED", DENIED)),
  "denied-in-a-word": answers(403, errors("DENIED", "denied")),
  "denied-in-plain-text": answers(403, "Forbidden\n"),
  "one-of-ours": ofType(`${MEDIA}.v2+json`, IMAGES.amd64.manifest),
  "schema-1": ofType(`${MEDIA}.v1+prettyjws`, SCHEMA_1),
  "other-platform": ofType(`${MEDIA}.list.v2+json`, indexOf("arm64")),
  "both-platforms": ofType(`${MEDIA}.list.v2+json`, indexOf("amd64", "arm64")),
  "one-platform": ofType(`${MEDIA}.v2+json`, IMAGES.arm64.manifest),
  "too-many-requests": answers(
    429,
    errors("TOOMANYREQUESTS", "You have reached your pull rate limit"),
  ),
  "too-many-in-plain-text": answers(429, "slow down\n"),
  "internal-error": answers(500, errors("UNKNOWN", "unknown error")),
  "bad-gateway": answers(502, "<html>Bad Gateway</html>"),
  unavailable: answers(503, errors("UNAVAILABLE", "service unavailable")),
};

export async function startHttpRegistry(access: Access = "open"): Promise<HttpRegistry> {
  const requests: string[] = [];
  const logins: string[] = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://x");
    requests.push(`${request.method} ${pathname}`);
    logins.push(decodeLogin(request.headers.authorization));
    if (pathname === "/token") return json(response, 403, errors("DENIED", "denied"));
    if (!isWelcome(access, request))
      return json(response, 401, errors("UNAUTHORIZED", "authentication required"), {
        "WWW-Authenticate": CHALLENGES[access](host),
      });
    if (pathname === "/v2/") return json(response, 200, {});
    const [, name = "", kind, reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? [];
    const known = Object.values(IMAGES).find(({ blobs, manifest }) =>
      kind === "blobs" ? blobs.has(reference) : reference === sha256(JSON.stringify(manifest)),
    );
    if (known && kind === "blobs") return response.writeHead(200).end(known.blobs.get(reference));
    if (known) return ofType(`${MEDIA}.v2+json`, known.manifest)(request, response);
    const answer = REPOSITORIES[name] ?? answers(404, errors("NAME_UNKNOWN", "unknown"));
    return answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    requests,
    logins,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function decodeLogin(header = ""): string {
  const [, basic] = /^Basic (.+)$/.exec(header) ?? [];
  return basic ? Buffer.from(basic, "base64").toString() : header;
}
