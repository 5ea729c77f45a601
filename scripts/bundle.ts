import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { build, type OutputFile, type Plugin } from "esbuild";

/** What the first import of a bundle needs for CommonJS packages inside an ES module. */
const COMMONJS_SHIMS = [
  'import{createRequire as $require}from"node:module";',
  'import{fileURLToPath as $path}from"node:url";',
  "const require=$require(import.meta.url),",
  "__filename=$path(import.meta.url),",
  '__dirname=$path(new URL(".",import.meta.url));',
].join("");

/** dockerode loads these for building images, which nothing here does: 0.7 MB that would be read at every start of it. */
const LEFT_OUT = ["@grpc/grpc-js", "@grpc/proto-loader", "protobufjs"];

/** Optional native speed-ups of ssh2, which falls back to JavaScript without them. */
const NATIVE = ["cpu-features", "*.node"];

/** Costly to start, and seldom asked: ssh hosts, and names that are not ASCII (whose tables cost as much as an SDK). */
const RUN_LATER = ["ssh2", "@sindresorhus/transliterate"];

export interface BundleOptions {
  readonly root: string;
  /** The function's name: its folder under `out`. */
  readonly name: string;
  /** Its source file, relative to `root`. */
  readonly source: string;
  /** The folder of all bundles, relative to `root`. */
  readonly out?: string;
}

export interface BundledFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * One function as `out/NAME/index.js` and the chunks that it loads when it needs them; source maps go to `out/maps/NAME`,
 * outside of what is deployed. The same sources give the same bytes.
 */
export async function bundleFunction({
  root,
  name,
  source,
  out = "dist",
}: BundleOptions): Promise<BundledFile[]> {
  const folder = resolve(root, out, name);
  const maps = resolve(root, out, "maps", name);
  const programs = new Set<string>();
  const main = await compile(root, folder, { index: source }, [
    leaveOut(LEFT_OUT),
    runLater(RUN_LATER),
    requireHttp(),
    ownPrograms(programs),
  ]);
  const helpers = await Promise.all(
    [...programs].map((path) => compile(root, folder, { [stemOf(path)]: path }, [])),
  );
  await Promise.all([folder, maps].map((path) => rm(path, { recursive: true, force: true })));
  await Promise.all([...main, ...helpers.flat()].map((file) => write(file, folder, maps)));
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  return [...main, ...helpers.flat()]
    .filter(({ path }) => !path.endsWith(".map"))
    .map(({ path, contents }) => ({ path: relative(folder, path), bytes: contents.length }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function compile(
  root: string,
  folder: string,
  entryPoints: Record<string, string>,
  plugins: Plugin[],
): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    conditions: ["module"],
    legalComments: "none",
    sourcemap: "external",
    external: NATIVE,
    banner: { js: COMMONJS_SHIMS },
    chunkNames: "[name]-[hash]",
    write: false,
    logLevel: "error",
    plugins,
  });
  return outputFiles;
}

async function write({ path, contents }: OutputFile, folder: string, maps: string): Promise<void> {
  const target = path.endsWith(".map") ? join(maps, relative(folder, path)) : path;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, contents);
}

const stemOf = (path: string) => basename(path, ".ts");

const exactly = (packages: readonly string[]) => new RegExp(`^(?:${packages.join("|")})$`);

/** Packages replaced by one that says, whatever is asked of it, that it is not there. */
function leaveOut(packages: readonly string[]): Plugin {
  return {
    name: "leave-out",
    setup(building) {
      building.onResolve({ filter: exactly(packages) }, ({ path }) => ({
        path,
        namespace: "none",
      }));
      building.onLoad({ filter: /.*/, namespace: "none" }, ({ path }) => ({
        contents: missingPackage(path),
        loader: "js",
      }));
    },
  };
}

const missingPackage = (name: string) => `
  const missing = () => { throw new Error(${JSON.stringify(`${name} is not part of this bundle`)}); };
  module.exports = new Proxy(function () {}, {
    get: (_, key) => (key === "__esModule" || key === "then" ? undefined : missing),
    apply: missing,
    construct: missing,
  });`;

/**
 * `node:http` as `require` gives it. An import of a built-in module first asks for everything that it exports, and this
 * one then loads undici for its `WebSocket`: 30 ms for what nothing here calls.
 */
function requireHttp(): Plugin {
  return {
    name: "require-http",
    setup(building) {
      building.onResolve({ filter: /^(?:node:)?http$/ }, () => ({
        path: "node:http",
        namespace: "required",
      }));
      building.onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
        loader: "js",
      }));
    },
  };
}

/** Packages that are read with their importer but run only when something of them is asked for or their default is called. */
function runLater(packages: readonly string[]): Plugin {
  return {
    name: "run-later",
    setup(building) {
      building.onResolve({ filter: exactly(packages) }, ({ path, namespace, resolveDir }) =>
        namespace === "later" ? undefined : { path, namespace: "later", pluginData: resolveDir },
      );
      building.onLoad({ filter: /.*/, namespace: "later" }, ({ path, pluginData }) => ({
        contents: proxyOf(path),
        loader: "js",
        resolveDir: pluginData,
      }));
    },
  };
}

const proxyOf = (name: string) => `
  const load = () => require(${JSON.stringify(name)});
  module.exports = new Proxy(function () {}, {
    get: (_, key) => load()[key],
    apply: (_, self, given) => { const it = load(); return (it.default ?? it)(...given); },
  });`;

/** What fields mean, for the published JSON Schemas: each would be one more copy of its schema at every cold start. */
const DESCRIPTION = /\.check\(\s*z\.describe\(\s*"(?:[^"\\]|\\.)*",?\s*\),?\s*\)/g;

/** Programs that are started as processes of their own, found by `new URL("./name.ts", import.meta.url)`: each becomes a file beside the bundle. */
function ownPrograms(found: Set<string>): Plugin {
  const mention = /new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g;
  return {
    name: "own-programs",
    setup(building) {
      building.onLoad({ filter: /\/lib\/.*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        for (const [, stem] of text.matchAll(mention)) found.add(join(dirname(path), `${stem}.ts`));
        return {
          contents: text
            .replace(DESCRIPTION, "")
            .replace(mention, 'new URL("./$1.js", import.meta.url)'),
          loader: "ts",
        };
      });
    },
  };
}
