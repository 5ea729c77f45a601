import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";
import { writeBillOfMaterials } from "./bill-of-materials.ts";

/** What is published, in a folder of its own: compiled, file for file, with exactly the dependencies that it imports. */
const ROOT = resolve(import.meta.dirname, "..");
const OUT = join(ROOT, "build", "package");
const SHIPPED = ["examples", "schemas", "docs/cli.md", "README.md", "CHANGELOG.md", "LICENSE"];

/** Programs that are started by their file's name, which the compiler leaves as it is. */
const PROGRAM = /new URL\("(\.\/[\w-]+)\.ts", import\.meta\.url\)/g;

const IMPORTED = /(?<![.\w])(?:from|import)\s*\(?\s*"([^"\s.][^"\s]*)"/g;

function compile(): void {
  rmSync(OUT, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.package.json"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  for (const file of compiled("js"))
    rewrite(file, (text) => text.replace(PROGRAM, 'new URL("$1.js", import.meta.url)'));
  for (const file of compiled("d.ts")) if (!isPublic(file)) rmSync(file);
}

const compiled = (extension: string) =>
  globSync(`lib/**/*.${extension}`, { cwd: OUT }).map((file) => join(OUT, file));

/** The client's types, and those that they are made of. */
const isPublic = (file: string) => /\/lib\/(client|runs)\//.test(file);

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

/** `@scope/name` or `name` of every package that the compiled files import. */
function importedPackages(): Set<string> {
  const texts = [...compiled("js"), ...compiled("d.ts")].map((file) => readFileSync(file, "utf8"));
  const specifiers = texts.flatMap((text) =>
    [...text.matchAll(IMPORTED)].map(([, name = ""]) => name),
  );
  return new Set(
    specifiers
      .filter((name) => !isBuiltin(name))
      .map((name) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      ),
  );
}

/** What a package leaves to its user to install: clients of AWS that it loads by itself. */
function peersOf(name: string): string[] {
  const file = join(ROOT, "node_modules", name, "package.json");
  return Object.keys(JSON.parse(readFileSync(file, "utf8")).peerDependencies ?? {});
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

function manifest(): unknown {
  const root: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const { name, version, description, license, type, engines } = root;
  const imported = [...importedPackages()];
  const missing = imported.filter((name) => root.dependencies[name] === undefined);
  if (missing.length > 0) throw new Error(`imported but no dependency: ${missing.join(", ")}`);
  const needed = new Set([...imported, ...imported.flatMap(peersOf)]);
  const dependencies = Object.entries(root.dependencies).filter(([name]) => needed.has(name));
  return {
    ...{ name, version, description, license, type, engines },
    bin: { slipway: "lib/cli/main.js" },
    exports: {
      "./client": { types: "./lib/client/index.d.ts", default: "./lib/client/index.js" },
      "./schemas/*": "./schemas/*",
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(dependencies),
  };
}

compile();
for (const path of SHIPPED) cpSync(join(ROOT, path), join(OUT, path), { recursive: true });
writeFileSync(join(OUT, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
writeBillOfMaterials(ROOT, join(dirname(OUT), "sbom.cdx.json"));
console.log(`${dirname(OUT)}/package is ready: npm pack ./build/package`);
