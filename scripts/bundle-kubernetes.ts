import { createRequire } from "node:module";
import type { Plugin } from "rolldown";

const resolvePath = createRequire(import.meta.url).resolve;

const PREFIX = "\0slim:";

/**
 * client-node and undici with the parts of them that are used: a start would read six times as much of undici (`fetch`,
 * WebSocket, caches, mocks, HTTP/2, a second parser) and nine times as much of client-node, whose KubeConfig names every
 * model of its API and every way to log in.
 */
export function slimKubernetes(): Plugin {
  return {
    name: "slim-kubernetes",
    resolveId(source, importer = "") {
      if (importer.startsWith(PREFIX)) return undefined;
      const found = REPLACED.find(
        ({ of, what }) =>
          of.test(importer) && (typeof what === "string" ? what === source : what.test(source)),
      );
      return found && PREFIX + REPLACED.indexOf(found);
    },
    load: (id) =>
      id.startsWith(PREFIX) ? REPLACED[Number(id.slice(PREFIX.length))]?.by : undefined,
  };
}

const path = (of: string) => JSON.stringify(resolvePath(of));

/** HTTP/1.1 with bodies of text, directly or through a proxy; what is for proxies runs when it is asked for. */
const UNDICI = `
  const Dispatcher = require(${path("undici/lib/dispatcher/dispatcher.js")});
  Object.assign(Dispatcher.prototype, {
    request: require(${path("undici/lib/api/api-request.js")}),
    get connect() { return require(${path("undici/lib/api/api-connect.js")}); },
  });
  module.exports = {
    Dispatcher,
    Client: require(${path("undici/lib/dispatcher/client.js")}),
    Pool: require(${path("undici/lib/dispatcher/pool.js")}),
    get Agent() { return require(${path("undici/lib/dispatcher/agent.js")}); },
    get ProxyAgent() { return require(${path("undici/lib/dispatcher/proxy-agent.js")}); },
  };`;

const LEFT_OUT = `
  module.exports = function () {
    throw new Error("this part is left out of the bundle (scripts/bundle-kubernetes.ts)");
  };`;

const leftOut = (...names: string[]) =>
  `const leftOut = function () {${LEFT_OUT.replace("module.exports = function () {", "")}
  module.exports = { ${names.map((name) => `${name}: leftOut`).join(", ")} };`;

/** One of client-node's ways to log in, read for the users that have it. */
const loginLater = (file: string, type: string, provider: string) => `
  export class ${type} {
    #real;
    isAuthProvider(user) { return user?.authProvider?.name === "${provider}"; }
    async applyAuthentication(...given) {
      this.#real ??= new (await import(${path(`@kubernetes/client-node/dist/${file}`)})).${type}();
      return this.#real.applyAuthentication(...given);
    }
  }`;

const SOCKS = `
  export const SocksClient = {
    createConnection: (options, callback) => void import(${path("socks")}).then(
      ({ SocksClient }) => SocksClient.createConnection(options, callback),
      callback,
    ),
  };`;

const IN_UNDICI = /[\\/]undici[\\/]lib[\\/]/;
const IN_CLIENT_NODE = /[\\/]client-node[\\/]dist[\\/]/;

const REPLACED: readonly {
  /** Whose import. */
  readonly of: RegExp;
  readonly what: string | RegExp;
  readonly by: string;
}[] = [
  { of: /./, what: "undici", by: UNDICI },
  {
    of: IN_UNDICI,
    what: /client-h2|llhttp-wasm|web\/|socks5-proxy-agent/,
    by: LEFT_OUT,
  },
  {
    of: IN_UNDICI,
    what: "./parser-h1.js",
    by: "module.exports = { getMiloEnabled: () => false };",
  },
  {
    of: IN_CLIENT_NODE,
    what: "./gen/index.js",
    by: leftOut("createConfiguration", "ServerConfiguration"),
  },
  { of: IN_CLIENT_NODE, what: "hpagent", by: leftOut("HttpProxyAgent", "HttpsProxyAgent") },
  { of: IN_CLIENT_NODE, what: "socks-proxy-agent", by: leftOut("SocksProxyAgent") },
  { of: IN_CLIENT_NODE, what: "socks", by: SOCKS },
  {
    of: IN_CLIENT_NODE,
    what: "./oidc_auth.js",
    by: loginLater("oidc_auth.js", "OpenIDConnectAuth", "oidc"),
  },
  {
    of: IN_CLIENT_NODE,
    what: "./azure_auth.js",
    by: loginLater("azure_auth.js", "AzureAuth", "azure"),
  },
  {
    of: IN_CLIENT_NODE,
    what: "./gcp_auth.js",
    by: loginLater("gcp_auth.js", "GoogleCloudPlatformAuth", "gcp"),
  },
];
