import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bearer, serverIdentity } from "../../../../lib/backends/kubernetes/connect/connection.ts";
import { connectToEks } from "../../../../lib/backends/kubernetes/connect/eks.ts";
import { createEksSigner } from "../../../../lib/backends/kubernetes/connect/eks-signer.ts";
import { findConnection } from "../../../../lib/backends/kubernetes/connect/find-connection.ts";
import { connectInCluster } from "../../../../lib/backends/kubernetes/connect/in-cluster.ts";
import { connectByKubeconfig } from "../../../../lib/backends/kubernetes/connect/kubeconfig.ts";
import { locateRun } from "../../../../lib/backends/kubernetes/connect/locate.ts";
import { Config } from "../../../../lib/config/config.ts";
import { sendJson, startAnsweringServer } from "../../../support/answering-server.ts";
import { aSpec, someBackendDependencies } from "../../../support/builders.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-connections-"));
  await writeFile(join(place, "token"), "from-a-file\n");
  await writeFile(join(place, "ca.crt"), "a CA");
});
afterAll(() => rm(place, { recursive: true, force: true }));

const kubeconfig = (user: object, cluster: object = {}) =>
  JSON.stringify({
    "current-context": "one",
    contexts: [
      { name: "one", context: { cluster: "c", user: "u" } },
      { name: "two", context: { cluster: "d", user: "u" } },
    ],
    clusters: [
      { name: "c", cluster: { server: "https://one.example:6443", ...cluster } },
      { name: "d", cluster: { server: "https://two.example/base/" } },
    ],
    users: [{ name: "u", user }],
  });

describe("a kubeconfig", () => {
  const connect = (text: string, more: object = {}) =>
    connectByKubeconfig({ title: "of the test", text, ...more });

  test("gives the server and the token of its current context, or of the one asked for", async () => {
    const text = kubeconfig({ token: "t" });

    const [current, other] = [await connect(text), await connect(text, { context: "two" })];

    expect(current.server.href).toBe("https://one.example:6443/");
    expect(other.server.href).toBe("https://two.example/base/");
    expect(await current.credentials()).toEqual(bearer("t"));
  });

  test("gives certificates as they stand in it", async () => {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const user = { "client-certificate-data": base64("cert"), "client-key-data": base64("key") };

    const { tls, credentials } = await connect(
      kubeconfig(user, { "certificate-authority-data": base64("ca") }),
    );
    const { cert, key } = await credentials();

    expect([tls.ca, cert, key].map(String)).toEqual(["ca", "cert", "key"]);
  });

  test("leads to files beside it", async () => {
    const text = kubeconfig({ tokenFile: "token" }, { "certificate-authority": "ca.crt" });

    const { tls, credentials } = await connect(text, { folder: place });

    expect(String(tls.ca)).toBe("a CA");
    expect(await credentials()).toEqual(bearer("from-a-file"));
  });

  test("asks its program who we are, and again when that is refused", async () => {
    const counter = join(place, "asked");
    const script = `echo x >> ${counter}; printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%s"}}' $(wc -l < ${counter})`;
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "/bin/sh",
      args: ["-c", script],
      interactiveMode: "Never",
    };

    const { credentials } = await connect(kubeconfig({ exec }));
    const all = await Promise.all([credentials(), credentials(), credentials()]);
    const renewed = await credentials(all[0]);

    expect(new Set(all).size).toBe(1);
    expect(renewed).not.toEqual(all[0]);
  });

  test.each([
    ["it is not YAML", "a: [", "not YAML"],
    ["it is none", "just text", "not a kubeconfig"],
    ["it names no context", "{}", "current-context"],
    ["its context is not in it", '{"current-context":"x"}', 'no context "x"'],
    ["its proxy is none", kubeconfig({}, { "proxy-url": "ftp://p" }), "proxy-url"],
    ["a path has no place to start from", kubeconfig({ tokenFile: "token" }), "path"],
    ["its program fails", kubeconfig({ exec: { command: "/no/such/program" } }), "exec"],
    ["its server is no URL", kubeconfig({}, { server: "not a url" }), "URL"],
  ])("says what is wrong where %s", async (_, text, words) => {
    const failure = connect(text).then(({ credentials }) => credentials());

    await expect(failure).rejects.toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: expect.stringContaining(words),
    });
  });
});

describe("in a pod", () => {
  test("the service account's files say where and who", async () => {
    const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };

    const { server, tls, credentials } = await connectInCluster(env, place);

    expect(server.href).toBe("https://[fd00::1]/");
    expect(String(tls.ca)).toBe("a CA");
    expect(await credentials()).toEqual(bearer("from-a-file"));
  });

  test("elsewhere it says that this is none", async () => {
    await expect(connectInCluster({}, place)).rejects.toMatchObject({ code: "ConfigError" });
  });
});

describe("EKS", () => {
  const credentials = async () => ({ accessKeyId: "AKID", secretAccessKey: "secret" });
  const now = () => new Date("2026-01-01T00:00:00Z");
  const cluster = { name: "prod", region: "eu-west-1" };

  test("gets a token that holds a presigned request about who we are, for this cluster only", async () => {
    const token = await createEksSigner(cluster, { env: {}, credentials, now }).token();

    const url = new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ""), "base64url").toString());
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    expect(url.host).toBe("sts.eu-west-1.amazonaws.com");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: "GetCallerIdentity",
      Version: "2011-06-15",
      "X-Amz-Credential": "AKID/20260101/eu-west-1/sts/aws4_request",
      "X-Amz-Date": "20260101T000000Z",
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
      "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("signs differently for another cluster", async () => {
    const tokenOf = (name: string) =>
      createEksSigner({ ...cluster, name }, { env: {}, credentials, now }).token();

    expect(await tokenOf("prod")).not.toBe(await tokenOf("test"));
  });

  test("says where the cluster is and which authority vouches for it", async () => {
    await using server = await startAnsweringServer((_, response) =>
      sendJson(response, 200, {
        cluster: {
          endpoint: "https://eks.example",
          certificateAuthority: { data: Buffer.from("ca").toString("base64") },
        },
      }),
    );
    const env = { AWS_ENDPOINT_URL_EKS: server.url.href };

    const connection = await connectToEks(cluster, { env, credentials });

    expect(connection.server.href).toBe("https://eks.example/");
    expect(String(connection.tls.ca)).toBe("ca");
    expect(server.asked[0]).toMatchObject({
      url: "/clusters/prod",
      headers: { authorization: expect.stringContaining("/eu-west-1/eks/aws4_request") },
    });
  });

  test.each([
    [404, "does not exist"],
    [403, "eks:DescribeCluster"],
    [500, "answers 500"],
  ])("says what is wrong with a %i", async (status, words) => {
    await using server = await startAnsweringServer((_, response) =>
      sendJson(response, status, {}),
    );
    const env = { AWS_ENDPOINT_URL_EKS: server.url.href };

    await expect(connectToEks(cluster, { env, credentials })).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining(words),
    });
  });
});

describe("a target", () => {
  const config = Config.parse({
    clusters: {
      prod: { kubeconfig: kubeconfig({ token: "t" }), namespaces: ["etl"] },
      lab: { kubeconfig: kubeconfig({ token: "t" }), context: "two" },
    },
    defaults: { "kubernetes-job": "prod" },
  });
  const deps = someBackendDependencies({ config, env: { HOME: "/nowhere" } });
  const locate = (fields: Record<string, unknown>) =>
    locateRun(aSpec("kubernetes-job", { image: "i", namespace: "etl", ...fields }), config, {
      connection: (target) => findConnection(deps, target),
    });
  const inline = (server: string) => ({
    clusters: [{ name: "c", cluster: { server } }],
    users: [{ name: "u", user: { token: "theirs" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });

  test.each([
    ["the default one", {}, "prod"],
    ["the one that is named", { cluster_config: "lab" }, "lab"],
    [
      "the one that a kubeconfig leads to",
      { cluster_config: inline("https://ONE.example:6443") },
      "prod",
    ],
    [
      "the one that it leads to by a path",
      { cluster_config: inline("https://two.example:443/base") },
      "lab",
    ],
  ])("is %s", async (_, fields, name) => {
    expect(await locate(fields)).toEqual({ type: "kubernetes-job", name });
  });

  test.each([
    ["a cluster that nobody knows", { cluster_config: "nowhere" }, "Invalid", "nowhere"],
    [
      "a kubeconfig that leads elsewhere",
      { cluster_config: inline("https://evil.example") },
      "Invalid",
      "evil.example",
    ],
    ["a namespace that is not watched", { namespace: "kube-system" }, "Denied", "etl"],
  ])("is refused for %s", async (_, fields, code, words) => {
    await expect(locate(fields)).rejects.toMatchObject({
      code,
      retryable: false,
      message: expect.stringContaining(words),
    });
  });

  test("that is to be found on this machine and is not says where it was looked for", async () => {
    await expect(findConnection(deps, "default")).rejects.toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: expect.stringContaining("/nowhere/.kube/config"),
    });
  });

  test.each([
    ["https://a.example", "https://A.example:443/"],
    ["https://a.example/x", "https://a.example/x/"],
  ])("is the same under %s and %s", (one, other) => {
    expect(serverIdentity(new URL(one))).toBe(serverIdentity(new URL(other)));
  });
});
