import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../../../lib/backends/kubernetes/api/client.ts";
import { findConnection } from "../../../../lib/backends/kubernetes/connect/find-connection.ts";
import { connectByKubeconfig } from "../../../../lib/backends/kubernetes/connect/kubeconfig.ts";
import { type Asked, sendJson, startAnsweringServer } from "../../../support/answering-server.ts";
import { someBackendDependencies } from "../../../support/builders.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-kubeconfig-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

const kubeconfig = (user: object, cluster: object = {}) =>
  JSON.stringify({
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "https://one.example:6443", ...cluster } }],
    users: [{ name: "u", user }],
  });

type Connecting = ReturnType<typeof findConnection>;

/** The calls that arrive at a server to which a connection leads. */
async function callsOf(
  connect: (server: string) => Connecting | Promise<Connecting>,
  calls = 1,
): Promise<readonly Asked[]> {
  await using server = await startAnsweringServer((_, response) => sendJson(response, 200, {}));
  const client = createClient(await connect(server.url.href));
  try {
    for (let call = 0; call < calls; call++)
      await client.call({ method: "GET", path: "/x", signal: AbortSignal.timeout(10_000) });
    return server.asked;
  } finally {
    client.close();
  }
}

const headersOf = async (user: object, cluster: object = {}, folder = place) => {
  const [asked] = await callsOf((server) =>
    connectByKubeconfig({
      title: "of the test",
      text: kubeconfig(user, { server, ...cluster }),
      folder,
    }),
  );
  return asked?.headers ?? {};
};

const failureOf = (user: object, cluster: object = {}) =>
  connectByKubeconfig({
    title: "of the test",
    text: kubeconfig(user, cluster),
    folder: place,
  }).then(
    () => expect.fail("it connected"),
    (error: Error) => error,
  );

describe("whom a kubeconfig says to act as", () => {
  test.each([
    ["a user", { as: "deploy" }, { "impersonate-user": "deploy" }],
    [
      "a service account",
      { as: "system:serviceaccount:etl:runs" },
      { "impersonate-user": "system:serviceaccount:etl:runs" },
    ],
    ["a user by its uid", { as: "u", "as-uid": "06f6ce97" }, { "impersonate-uid": "06f6ce97" }],
    ["groups", { as: "u", "as-groups": ["dev", "ops"] }, { "impersonate-group": "dev, ops" }],
    [
      "further facts",
      { as: "u", "as-user-extra": { scopes: ["view", "development"], "acme.com/Team €": ["a"] } },
      {
        "impersonate-extra-scopes": "view, development",
        "impersonate-extra-acme.com%2fteam%20%e2%82%ac": "a",
      },
    ],
    [
      "a name that is not ASCII",
      { as: "jürgen" },
      { "impersonate-user": Buffer.from("jürgen").toString("latin1") },
    ],
  ])("is sent with every call: %s", async (_, user, headers) => {
    expect(await headersOf({ token: "t", ...user })).toMatchObject({
      authorization: "Bearer t",
      ...headers,
    });
  });

  test.each([
    ["as", { as: 5 }],
    ["as", { as: "u\r\nimpersonate-group: system:masters" }],
    ["as-uid", { as: "u", "as-uid": 1000 }],
    ["as-groups", { as: "u", "as-groups": "dev" }],
    ["as-groups", { as: "u", "as-groups": [5] }],
    ["as-groups", { "as-groups": ["dev"] }],
    ["as-uid", { "as-uid": "1" }],
    ["as-user-extra", { as: "u", "as-user-extra": ["x"] }],
    ["as-user-extra.scopes", { as: "u", "as-user-extra": { scopes: "view" } }],
    ["did you mean as-groups?", { as: "u", "as-group": ["dev"] }],
    ["did you mean as-groups?", { as: "u", asGroups: ["dev"] }],
  ])("is never left out, with more rights than were given: %s in %j", async (words, user) => {
    expect(await failureOf({ token: "t", ...user })).toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: expect.stringContaining(words),
    });
  });
});

describe("several files in KUBECONFIG", () => {
  const find = async (files: Readonly<Record<string, object | string>>, paths: string[]) => {
    const folder = await mkdtemp(join(place, "merged-"));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      const text = typeof content === "string" ? content : JSON.stringify(content);
      await writeFile(join(folder, name), text);
    }
    const KUBECONFIG = paths.map((path) => path && join(folder, path)).join(delimiter);
    const deps = someBackendDependencies({ env: { KUBECONFIG, HOME: "/nowhere" } });
    return findConnection(deps, "default");
  };
  const context = (name: string, cluster: string, user: string) => ({
    contexts: [{ name, context: { cluster, user } }],
  });
  const cluster = (name: string, server: string) => ({ clusters: [{ name, cluster: { server } }] });
  const user = (name: string, fields: object) => ({ users: [{ name, user: fields }] });

  test("are one", async () => {
    const [asked] = await callsOf((server) =>
      find(
        {
          a: { "current-context": "x", ...user("u", { token: "of-a" }) },
          b: { ...context("x", "c", "u"), ...cluster("c", server) },
        },
        ["a", "", "no-such-file", "b"],
      ),
    );

    expect(asked?.headers.authorization).toBe("Bearer of-a");
  });

  test("give the first of each name, and the first current context", async () => {
    const [asked] = await callsOf((server) =>
      find(
        {
          empty: "",
          a: {
            ...context("x", "c", "u"),
            ...cluster("c", server),
            ...user("u", { token: "of-a" }),
          },
          b: {
            "current-context": "x",
            ...context("x", "d", "v"),
            ...cluster("c", "https://elsewhere.example"),
            ...user("u", { token: "of-b" }),
          },
          c: { "current-context": "y", ...context("y", "d", "v") },
        },
        ["empty", "a", "b", "c"],
      ),
    );

    expect(asked?.headers.authorization).toBe("Bearer of-a");
  });

  test("each have paths that start from their own place", async () => {
    const [asked] = await callsOf((server) =>
      find(
        {
          a: { "current-context": "x", ...context("x", "c", "u"), ...cluster("c", server) },
          "deep/b": user("u", { tokenFile: "token" }),
          "deep/token": "from-deep\n",
        },
        ["a", "deep/b"],
      ),
    );

    expect(asked?.headers.authorization).toBe("Bearer from-deep");
  });

  test("are named where one of them is no kubeconfig", async () => {
    await expect(find({ a: "a: [" }, ["a"])).rejects.toMatchObject({
      code: "ConfigError",
      message: expect.stringMatching(/\/a cannot be used: it is not YAML/),
    });
  });
});

describe("an exec plugin", () => {
  const answer = (status: object) =>
    JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status,
    });
  const exec = (command: string, more: object = {}) => ({
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command,
      interactiveMode: "IfAvailable",
      ...more,
    },
  });
  const script = async (name: string, body: string) => {
    await mkdir(join(place, "bin"), { recursive: true });
    await writeFile(join(place, "bin", name), `#!/bin/sh\n${body}\n`);
    await chmod(join(place, "bin", name), 0o755);
    return `./bin/${name}`;
  };
  const shell = (body: string, more: object = {}) =>
    exec("/bin/sh", { args: ["-c", body], ...more });

  test("is found from where its kubeconfig is", async () => {
    const command = await script("beside", `echo '${answer({ token: "beside" })}'`);

    expect(await headersOf(exec(command))).toMatchObject({ authorization: "Bearer beside" });
  });

  test("hears of its cluster where it asks for it", async () => {
    const token = '$(printf %s "$KUBERNETES_EXEC_INFO" | base64 -w0)';
    const body = `printf '{"status":{"token":"%s"}}' "${token}"`;
    const about = {
      "certificate-authority-data": Buffer.from("ca").toString("base64"),
      extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }],
    };

    const asked = await headersOf(shell(body, { provideClusterInfo: true }), about);
    const unasked = await headersOf(shell(body), about);

    const infoOf = ({ authorization = "" }: typeof asked) =>
      JSON.parse(Buffer.from(authorization.replace("Bearer ", ""), "base64").toString());
    expect(infoOf(asked)).toEqual({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: expect.stringContaining("http://127.0.0.1:"),
          "certificate-authority-data": about["certificate-authority-data"],
          config: { audience: "a" },
        },
      },
    });
    expect(infoOf(unasked).spec).toEqual({ interactive: false });
  });

  test("reads the end of its input, where it waits for somebody to log in", async () => {
    const body = `read name; echo '${answer({ token: "unattended" })}'`;

    expect(await headersOf(shell(body))).toMatchObject({ authorization: "Bearer unattended" });
  });

  test("is not asked again while what it gave holds", async () => {
    const count = join(place, "count");
    const body = `echo x >> ${count}; printf '{"status":{"token":"%s"}}' "$(wc -l < ${count})"`;
    const connect = (server: string) =>
      connectByKubeconfig({ title: "of the test", text: kubeconfig(shell(body), { server }) });

    const calls = await callsOf(connect, 3);

    expect(calls.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill("Bearer 1"));
  });

  const SSO =
    "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.";
  test.each([
    ["its own words", shell(`echo '${SSO}' >&2; exit 255`), `failed (exit code 255): ${SSO}`],
    ["what it ended with where it has no words", shell("exit 3"), "failed (exit code 3)"],
    ["its signal", shell("kill -TERM $$"), "failed (SIGTERM)"],
    ["that it is not found", exec("no-such-program"), "exec plugin no-such-program is not found"],
    ["that it may not be run", exec("/"), "cannot be started (EACCES)"],
    ["that it prints something else", shell("echo s3cret-token"), "prints no ExecCredential"],
    ["that it prints a part only", shell("echo '{}'"), "prints no ExecCredential"],
    ["that it gives nothing", shell(`echo '${answer({})}'`), "neither a token nor a certificate"],
    [
      "that it wants a terminal",
      exec("sh", { interactiveMode: "Always" }),
      "interactiveMode: Always",
    ],
    ["that it has no command", { exec: {} }, "has no command"],
  ])("that fails says %s", async (_, user, words) => {
    const failure = await failureOf(user);

    expect(failure).toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: expect.stringContaining(words),
    });
    expect(failure.message).not.toContain("s3cret");
  });

  test("that fails does not tell what its environment holds", async () => {
    const env = [{ name: "VAULT_TOKEN", value: "hvs.s3cret" }];

    const failure = await failureOf(shell('echo "no entry for $VAULT_TOKEN" >&2; exit 1', { env }));

    expect(failure.message).toContain("failed (exit code 1): no entry for [redacted]");
  });

  test("that is missing says how to install it", async () => {
    const installHint = "kubelogin is needed: brew install int128/kubelogin/kubelogin";

    expect(await failureOf(exec("kubelogin", { installHint }))).toMatchObject({
      hint: installHint,
    });
  });
});

describe("what kubectl takes first", () => {
  test("is the token's file before the token", async () => {
    await writeFile(join(place, "token"), "from-the-file\n");

    expect(await headersOf({ token: "t", tokenFile: "token" })).toMatchObject({
      authorization: "Bearer from-the-file",
    });
  });

  test("is data before a file", async () => {
    const data = Buffer.from("data").toString("base64");
    const cluster = { "certificate-authority-data": data, "certificate-authority": "no-such-file" };

    const { tls } = await connectByKubeconfig({
      title: "of the test",
      text: kubeconfig({ token: "t" }, cluster),
    });

    expect(String(tls.ca)).toBe("data");
  });
});

test("a kubeconfig is YAML as kubectl reads it: what it merges counts", async () => {
  const text = `
    x-admin: &admin { as: deploy, token: t }
    current-context: here
    contexts: [{ name: here, context: { cluster: c, user: u } }]
    clusters: [{ name: c, cluster: { server: SERVER } }]
    users: [{ name: u, user: { <<: *admin } }]`;

  const [asked] = await callsOf((server) =>
    connectByKubeconfig({ title: "of the test", text: text.replace("SERVER", server) }),
  );

  expect(asked?.headers).toMatchObject({ authorization: "Bearer t", "impersonate-user": "deploy" });
});

describe("an auth provider", () => {
  test("whose login has ended is an error, not an anonymous call", async () => {
    const jwt = (payload: object) =>
      ["{}", JSON.stringify(payload), "x"].map((part) => Buffer.from(part).toString("base64url"));
    const provider = { name: "oidc", config: { "id-token": jwt({ exp: 1 }).join(".") } };

    expect(await failureOf({ "auth-provider": provider })).toMatchObject({
      code: "ConfigError",
      message: expect.stringContaining("its auth-provider gives neither a token nor a certificate"),
    });
  });
});
