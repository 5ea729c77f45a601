import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import {
  type CodeSplittingOptions,
  type InputOptions,
  type OutputOptions,
  type Plugin,
  rolldown,
} from "rolldown";
import { slimKubernetes } from "./bundle-kubernetes.ts";

/** Optional native speed-ups of ssh2, which falls back to JavaScript without them. */
const NATIVE = ["cpu-features", /\.node$/];

/** Costly to start, and seldom asked: ssh hosts, and names that are not ASCII (whose tables cost as much as an SDK). */
const RUN_LATER = ["ssh2", "@sindresorhus/transliterate", "transliteration"];

/**
 * What dockerode builds images with (gRPC, protobuf, tar), takes over connections with and would go over ssh with: never
 * called, and more than nine tenths of its weight and of the time that it takes to load.
 */
const UNUSED = [
  /\/node_modules\/dockerode\/lib\/(?:session|buildkit)\.js$/,
  /\/node_modules\/docker-modem\/lib\/(?:ssh|http_duplex)\.js$/,
  /\/node_modules\/(?:tar-fs|@balena\/dockerignore|split-ca)\//,
];

/** Its log for debugging, which would hold what goes over the wire. */
const SILENT = /\/node_modules\/debug\//;

export interface BundleOptions {
  readonly root: string;
  /** The function's name: its folder under `out`. */
  readonly name: string;
  /** Its source file, relative to `root`. */
  readonly source: string;
  /** The folder of all bundles, relative to `root`. */
  readonly out?: string;
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
}: BundleOptions): Promise<void> {
  const folder = resolve(root, out, name);
  const maps = resolve(root, out, "maps", name);
  const programs = new Set<string>();
  const plugins = [
    requireBuiltins(),
    runLater(RUN_LATER),
    leaveOut(),
    slimKubernetes(),
    ownPrograms(programs),
  ];
  const main = await compile({ cwd: root, input: { index: source }, plugins }, CHUNKS);
  const helpers = await Promise.all(
    [...programs].map((path) =>
      compile({ cwd: root, input: { [basename(path, ".ts")]: path } }, false),
    ),
  );
  await Promise.all([folder, maps].map((path) => rm(path, { recursive: true, force: true })));
  for (const { fileName, content } of [...main, ...helpers.flat()])
    await write(join(fileName.endsWith(".map") ? maps : folder, fileName), content);
  await write(join(folder, "package.json"), '{"type":"module"}\n');
}

interface OutputFile {
  readonly fileName: string;
  readonly content: string;
}

async function compile(
  what: InputOptions,
  codeSplitting: false | CodeSplittingOptions,
): Promise<OutputFile[]> {
  const bundle = await rolldown({ ...INPUT, ...what });
  try {
    const { output } = await bundle.generate({ ...OUTPUT, codeSplitting });
    return output.map((file) => ({
      fileName: file.fileName,
      content: file.type === "chunk" ? file.code : String(file.source),
    }));
  } finally {
    await bundle.close();
  }
}

const INPUT: InputOptions = {
  platform: "node",
  external: NATIVE,
  resolve: { mainFields: ["module", "main"] },
  transform: {
    target: "node24",
    define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
  },
  logLevel: "warn",
};

const OUTPUT: OutputOptions = {
  format: "es",
  minify: true,
  sourcemap: "hidden",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
};

/** All that a start needs is one file, since every file costs a start about a millisecond; the rest is loaded when it is asked for. */
const CHUNKS = { groups: [{ name: "start", tags: ["$initial"] }] } satisfies CodeSplittingOptions;

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/**
 * What Node brings along, as `require` gives it. An import first asks such a module for everything that it exports, and
 * some of that is loaded when it is asked for: `node:http` loads undici for its `WebSocket` (30 ms), `node:fs` its promises
 * and streams, `node:util` worker threads, none of which a start needs.
 */
function requireBuiltins(): Plugin {
  const prefix = "\0required:";
  return {
    name: "require-builtins",
    resolveId: (source) => {
      const name = source.replace(/^node:/, "");
      // Rolldown's own helpers import `node:module`, before anything could be required.
      return isBuiltin(source) && name !== "module" ? prefix + name : undefined;
    },
    load: (id) =>
      id.startsWith(prefix)
        ? `module.exports = process.getBuiltinModule("node:${id.slice(prefix.length)}");`
        : undefined,
  };
}

/** Packages that are read with their importer but run only when something of them is asked for or their default is called. */
function runLater(packages: readonly string[]): Plugin {
  const prefix = "\0later:";
  return {
    name: "run-later",
    async resolveId(source, importer) {
      if (!packages.includes(source) || importer?.startsWith(prefix)) return undefined;
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found && { ...found, id: prefix + found.id };
    },
    load: (id) => (id.startsWith(prefix) ? proxyOf(id.slice(prefix.length)) : undefined),
  };
}

const proxyOf = (path: string) => `
  const load = () => require(${JSON.stringify(path)});
  module.exports = new Proxy(function () {}, {
    get: (_, key) => load()[key],
    apply: (_, self, given) => { const it = load(); return (it.default ?? it)(...given); },
  });`;

function leaveOut(): Plugin {
  const absent = `module.exports = () => { throw new Error("this part is not in the bundle"); };`;
  const silent = "module.exports = () => () => {};";
  return {
    name: "leave-out",
    load(path) {
      if (SILENT.test(path)) return silent;
      return UNUSED.some((unused) => unused.test(path)) ? absent : undefined;
    },
  };
}

/** What fields mean, for the published JSON Schemas: each would be one more copy of its schema at every cold start. */
const DESCRIPTION = /\.check\(\s*z\.describe\(\s*"(?:[^"\\]|\\.)*",?\s*\),?\s*\)/g;

/** Programs that are started as processes of their own, found by `new URL("./name.ts", import.meta.url)`: each becomes a file beside the bundle. */
function ownPrograms(found: Set<string>): Plugin {
  const mention = /new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g;
  return {
    name: "own-programs",
    async load(path) {
      if (!/\/lib\/.*\.ts$/.test(path)) return undefined;
      const text = await readFile(path, "utf8");
      for (const [, stem] of text.matchAll(mention)) found.add(join(dirname(path), `${stem}.ts`));
      return text.replace(DESCRIPTION, "").replace(mention, 'new URL("./$1.js", import.meta.url)');
    },
  };
}
