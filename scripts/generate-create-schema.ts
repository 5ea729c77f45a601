/**
 * Writes lib/backends/docker/request/create-schema.ts: the types of the body of `POST /containers/create`, from the
 * OpenAPI documents of the engine, all versions together. They come from the Go module that publishes them:
 *
 *     node scripts/generate-create-schema.ts "$(go mod download -json github.com/moby/moby/api@v1.52.0 | jq -r .Dir)"
 *     npx biome check --write lib/backends/docker/request/create-schema.ts
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";
import type { Shape } from "../lib/backends/docker/request/shape.ts";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: generate-create-schema.ts FOLDER_OF_github.com/moby/moby/api");
const output = join(import.meta.dirname, "../lib/backends/docker/request/create-schema.ts");

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}
interface Document {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly paths: Readonly<Record<string, { readonly post: { readonly parameters: Parameter[] } }>>;
}
interface Parameter {
  readonly in: string;
  readonly schema: Schema;
}

/** Lists that the engine's decoder also takes as one string (`strslice.StrSlice`), whatever the document says. */
const ONE_OR_MORE = new Set(["Cmd", "Entrypoint", "Shell", "CapAdd", "CapDrop"]);

function bodyOf({ definitions, paths }: Document): Shape {
  const shapeOf = (schema: Schema, key = ""): Shape => {
    if (schema.$ref) return shapeOf(definitions[schema.$ref.split("/").at(-1) ?? ""] ?? {}, key);
    if (schema.allOf) return schema.allOf.map((one) => shapeOf(one)).reduce(merge);
    if (ONE_OR_MORE.has(key)) return "strings";
    if (schema.type === "array") return [shapeOf(schema.items ?? {})];
    const { properties, additionalProperties: values } = schema;
    if (properties)
      return Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, shapeOf(one, name)]),
      );
    if (typeof values === "object") return { "*": shapeOf(values) };
    return scalar(schema.type);
  };
  const parameters = paths["/containers/create"]?.post.parameters ?? [];
  return shapeOf(parameters.find((one) => one.in === "body")?.schema ?? {});
}

function scalar(type: string | undefined): Shape {
  const known = ["boolean", "integer", "number", "object", "string"] as const;
  return known.find((one) => one === type) ?? "any";
}

/** What an engine of either version takes. */
function merge(one: Shape | undefined, other: Shape | undefined): Shape {
  if (one === undefined || other === undefined) return one ?? other ?? "any";
  if (Array.isArray(one) && Array.isArray(other)) return [merge(one[0], other[0])];
  if (!isShapes(one) || !isShapes(other)) return one === other ? one : "any";
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, merge(one[key], other[key])]));
}

const isShapes = (shape: Shape): shape is Readonly<Record<string, Shape>> =>
  typeof shape === "object" && !Array.isArray(shape);

// Those of the engines from 19.03 on.
const files = (await readdir(join(folder, "docs")))
  .filter((file) => /^v1\.[4-9]\d\.yaml$/.test(file))
  .sort();
const texts = await Promise.all(files.map((file) => readFile(join(folder, "docs", file), "utf8")));
const body = texts.map((text) => bodyOf(load(indentBraces(text)) as Document)).reduce(merge);

/** The documents close braces and brackets at their key's own depth, which YAML does not allow. */
function indentBraces(text: string): string {
  return text.replace(/^( +)([}\]])$/gm, "$1  $2");
}

await writeFile(
  output,
  `import type { Shape } from "./shape.ts";

/**
 * The body of \`POST /containers/create\` in the engine's API, versions ${files[0]?.slice(1, -5)} to ${files.at(-1)?.slice(1, -5)} together.
 * Written by scripts/generate-create-schema.ts; not to be edited.
 */
export const CREATE_BODY = ${JSON.stringify(body)} as const satisfies Shape;
`,
);
