import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { readInlineCluster } from "../../../../lib/backends/kubernetes/inline/inline-kubeconfig.ts";
import { refusalOf } from "../../../support/kubernetes-runs.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN EC PRIVATE KEY-----\ns3cr3t\n-----END EC PRIVATE KEY-----\n";
const SERVER = "https://10.0.0.1:6443";

const FLAT = { server: SERVER, token: "t0ken" };
const CERTIFIED = {
  "client-certificate-data": base64(CERTIFICATE),
  "client-key-data": base64(KEY),
};

interface Parts {
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly top?: Record<string, unknown>;
}

/** A kubeconfig with two contexts, `prod` being the current one. */
function kubeconfig({ cluster = {}, user = { token: "t0ken" }, top = {} }: Parts = {}) {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    preferences: {},
    clusters: [
      { name: "other", cluster: { server: "https://other" } },
      { name: "prod", cluster: { server: SERVER, ...cluster } },
    ],
    contexts: [
      { name: "prod", context: { cluster: "prod", user: "bot", namespace: "x" } },
      { name: "other", context: { cluster: "other", user: "bot" } },
    ],
    users: [
      { name: "stranger", user: { exec: { command: "rm" } } },
      { name: "bot", user },
    ],
    ...top,
  };
}

const problemsOf = (sent: Record<string, unknown>) =>
  refusalOf(() => readInlineCluster(sent)).problems;

describe("an inline cluster", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["flat fields", FLAT, "10.0.0.1"],
    ["a bare kubeconfig", kubeconfig(), "10.0.0.1"],
    ["Prefect's block", { config: kubeconfig(), context_name: "prod" }, "10.0.0.1"],
    [
      "Prefect's block with another context",
      { config: kubeconfig(), context_name: "other" },
      "other",
    ],
    ["Prefect's block in camel case", { config: kubeconfig(), contextName: "other" }, "other"],
    ["Prefect's block without a context", { config: kubeconfig(), context_name: null }, "10.0.0.1"],
    [
      "Prefect's block with its bookkeeping",
      { config: kubeconfig(), context_name: "prod", block_type_slug: "x" },
      "10.0.0.1",
    ],
    [
      "a kubeconfig as the text of its JSON",
      { config: JSON.stringify(kubeconfig()), context_name: "prod" },
      "10.0.0.1",
    ],
    [
      "a kubeconfig with one context only",
      kubeconfig({
        top: {
          "current-context": null,
          contexts: [{ name: "a", context: { cluster: "prod", user: "bot" } }],
        },
      }),
      "10.0.0.1",
    ],
  ])("is read from %s", (_title, sent, hostname) => {
    const cluster = readInlineCluster(sent);

    expect(cluster.server.hostname).toBe(hostname);
    expect(cluster.token?.reveal()).toBe("t0ken");
  });

  test("has its certificates decoded, in whichever spelling they came", () => {
    const flat = {
      server: SERVER,
      certificate_authority_data: base64(CERTIFICATE),
      clientCertificateData: base64(CERTIFICATE),
      "client-key-data": base64(KEY),
    };

    const cluster = readInlineCluster(flat);

    expect(cluster).toMatchObject({ caData: CERTIFICATE, certData: CERTIFICATE, token: undefined });
    expect(cluster.keyData?.reveal()).toBe(KEY);
  });

  test("holds nothing but these values, whatever was sent besides", () => {
    const cluster = readInlineCluster(
      kubeconfig({
        cluster: {
          "certificate-authority-data": base64(CERTIFICATE),
          extensions: [{ a: 1 }],
          "proxy-url": null,
        },
        user: { ...CERTIFIED, token: "t0ken", extensions: [] },
      }),
    );

    expect(Object.keys(cluster).sort()).toEqual([
      "caData",
      "certData",
      "keyData",
      "server",
      "token",
    ]);
  });

  test("prints without its secrets", () => {
    const cluster = readInlineCluster(kubeconfig({ user: { ...CERTIFIED, token: "t0ken" } }));

    for (const text of [inspect(cluster), JSON.stringify(cluster)]) {
      expect(text).not.toContain("t0ken");
      expect(text).not.toContain("s3cr3t");
    }
  });
});

describe("an inline kubeconfig is refused by the field", () => {
  const AT_CLUSTER = "infrastructure.cluster_config.clusters[1].cluster";
  const AT_USER = "infrastructure.cluster_config.users[1].user";

  test.each<[string, Parts, string, string]>([
    ["exec", { user: { exec: { command: "sh" } } }, `${AT_USER}.exec`, "run a program"],
    [
      "auth-provider",
      { user: { "auth-provider": { config: { "cmd-path": "sh" } } } },
      `${AT_USER}.auth-provider`,
      "run a program",
    ],
    [
      "tokenFile",
      { user: { tokenFile: "/proc/self/environ" } },
      `${AT_USER}.tokenFile`,
      "read a file",
    ],
    [
      "client-certificate",
      { user: { "client-certificate": "/x" } },
      `${AT_USER}.client-certificate`,
      "send client-certificate-data",
    ],
    [
      "client-key",
      { user: { "client-key": "/x" } },
      `${AT_USER}.client-key`,
      "send client-key-data",
    ],
    [
      "certificate-authority",
      { cluster: { "certificate-authority": "/x" } },
      `${AT_CLUSTER}.certificate-authority`,
      "send certificate-authority-data",
    ],
    [
      "insecure-skip-tls-verify",
      { cluster: { "insecure-skip-tls-verify": true } },
      `${AT_CLUSTER}.insecure-skip-tls-verify`,
      "anybody could answer",
    ],
    [
      "proxy-url",
      { cluster: { "proxy-url": "http://x" } },
      `${AT_CLUSTER}.proxy-url`,
      "lead the connection elsewhere",
    ],
    [
      "tls-server-name",
      { cluster: { "tls-server-name": "x" } },
      `${AT_CLUSTER}.tls-server-name`,
      "another server",
    ],
    ["as", { user: { token: "t", as: "admin" } }, `${AT_USER}.as`, "for the operator to say"],
    [
      "as-groups",
      { user: { token: "t", "as-groups": ["system:masters"] } },
      `${AT_USER}.as-groups`,
      "for the operator",
    ],
    [
      "username",
      { user: { username: "u", password: "p" } },
      `${AT_USER}.username`,
      "no cluster takes",
    ],
    [
      "an unknown one",
      { user: { token: "t", tokn: "x" } },
      `${AT_USER}.tokn`,
      "did you mean token?",
    ],
    [
      "a server without TLS",
      { cluster: { server: "http://10.0.0.1" } },
      `${AT_CLUSTER}.server`,
      "https://",
    ],
    [
      "a server with a password",
      { cluster: { server: "https://a:b@x" } },
      `${AT_CLUSTER}.server`,
      "without credentials",
    ],
    [
      "a server with a query",
      { cluster: { server: "https://x/?a" } },
      `${AT_CLUSTER}.server`,
      "or parameters",
    ],
    [
      "a server that is no URL",
      { cluster: { server: "x y" } },
      `${AT_CLUSTER}.server`,
      "expected the API server's",
    ],
    [
      "a CA that is a path",
      { cluster: { "certificate-authority-data": "/etc/ca.pem" } },
      `${AT_CLUSTER}.certificate-authority-data`,
      "base64 of a PEM",
    ],
    [
      "a CA that is no certificate",
      { cluster: { "certificate-authority-data": base64("hello") } },
      `${AT_CLUSTER}.certificate-authority-data`,
      "CERTIFICATE",
    ],
    [
      "a key that is none",
      { user: { ...CERTIFIED, "client-key-data": base64(CERTIFICATE) } },
      `${AT_USER}.client-key-data`,
      "PRIVATE KEY",
    ],
    [
      "a certificate without a key",
      { user: { "client-certificate-data": base64(CERTIFICATE) } },
      `${AT_USER}.client-key-data`,
      "is required with the certificate",
    ],
    [
      "a key without a certificate",
      { user: { "client-key-data": base64(KEY) } },
      `${AT_USER}.client-certificate-data`,
      "is required with the key",
    ],
    [
      "a token with a line break",
      { user: { token: "a\r\nX-Evil: 1" } },
      `${AT_USER}.token`,
      "without white space",
    ],
    ["a token that is no text", { user: { token: 5 } }, `${AT_USER}.token`, "without white space"],
    [
      "nobody",
      { user: {} },
      "infrastructure.cluster_config",
      "needs a token, or a client certificate",
    ],
  ])("%s", (_title, parts, path, message) => {
    const problems = problemsOf(kubeconfig(parts));

    expect(problems).toContainEqual({ path, message: expect.stringContaining(message) });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no such context", { config: kubeconfig(), context_name: "x" }, 'has no context "x"'],
    [
      "no context at all",
      kubeconfig({ top: { contexts: [], "current-context": null } }),
      "has no context that is chosen",
    ],
    ["no such user", kubeconfig({ top: { users: [] } }), 'has no user "bot"'],
    ["no such cluster", kubeconfig({ top: { clusters: [] } }), 'has no cluster "prod"'],
    [
      "lists of another type",
      kubeconfig({ top: { contexts: { prod: {} } } }),
      'has no context "prod"',
    ],
    ["nothing", {}, "expected a kubeconfig"],
    ["a field too many", { config: kubeconfig(), exec: {} }, "is not a known field"],
    ["a list", { config: [] }, "expected a kubeconfig"],
    ["YAML text", { config: "clusters: []" }, "is not JSON"],
    ["a YAML bomb", { config: `a: &a [x]\nb: &b [${"*a,".repeat(9)}]\n` }, "is not JSON"],
    ["!!omap", { config: "!!omap [a: 1]" }, "is not JSON"],
    ["JSON with a prototype", { config: '{"__proto__":{}}' }, "__proto__"],
    ["JSON without end", { config: "[".repeat(10_000) }, "nested deeper"],
  ])("%s", (_title, sent, message) => {
    expect(refusalOf(() => readInlineCluster(sent)).message).toContain(message);
  });

  test("in flat form, too", () => {
    expect(
      problemsOf({ ...FLAT, exec: {}, insecure_skip_tls_verify: true, proxyUrl: "x" }),
    ).toEqual([
      { path: "infrastructure.cluster_config.exec", message: expect.stringContaining("program") },
      {
        path: "infrastructure.cluster_config.insecure_skip_tls_verify",
        message: expect.stringContaining("anybody"),
      },
      { path: "infrastructure.cluster_config.proxyUrl", message: expect.stringContaining("lead") },
    ]);
  });

  test("without a word of what it held", () => {
    const refusal = refusalOf(() =>
      readInlineCluster(
        kubeconfig({
          user: { token: "s3cret one", password: "hunter2", "client-key-data": "bad s3cret" },
        }),
      ),
    );

    expect(refusal.message).not.toMatch(/s3cret|hunter2/);
    expect(refusal).toMatchObject({ code: "Invalid", retryable: false });
  });
});
