import * as z from "zod/mini";
import { BLOCK_BOOKKEEPING, imageRegistry, SPEC_SCHEMAS } from "../lib/runs/infrastructure.ts";
import { RunId } from "../lib/runs/request.ts";
import { Result } from "../lib/runs/result.ts";

type Schema = Record<string, unknown>;

const HOME = "https://slipway.dev/schemas";
const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** The published schemas of both messages, each as a file name and its text. */
export function schemaFiles(): Record<string, string> {
  return {
    "request.schema.json": toText(requestSchema()),
    "result.schema.json": toText(resultSchema()),
  };
}

const toText = (schema: Schema) => `${JSON.stringify(schema, null, 2)}\n`;

function resultSchema(): Schema {
  return {
    $schema: DIALECT,
    $id: `${HOME}/result.schema.json`,
    title: "A result of Slipway",
    description: "How a run stands: one CloudEvents 1.0 object.",
    ...opened(jsonSchema(Result)),
  };
}

/** A receiver is to ignore what a newer version adds. */
function opened(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "additionalProperties" && value === false ? undefined : value,
  ) as Schema;
}

function requestSchema(): Schema {
  return {
    $schema: DIALECT,
    $id: `${HOME}/request.schema.json`,
    title: "A request to Slipway",
    description:
      "Starts a run, or cancels one. Each field is written in snake_case or in camelCase, never in both; null counts as unset.",
    oneOf: [{ $ref: "#/$defs/run" }, { $ref: "#/$defs/cancel" }],
    $defs: {
      run: {
        ...envelope("run", { action: nullable({ const: "run" }) }, [DOCKER_TO_RUN]),
        required: ["id", "infrastructure"],
      },
      cancel: {
        ...envelope("cancel", { action: { const: "cancel" }, grace_seconds: GRACE }, [DOCKER]),
        required: ["id", "action", "infrastructure"],
      },
      id: jsonSchema(RunId),
      named: NAMED,
      overridden: OVERRIDDEN,
      registry: closed("registry", jsonSchema(imageRegistry())),
      ...Object.fromEntries(
        Object.entries(SPEC_SCHEMAS).map(([kind, schema]) => [kind, kindSchema(kind, schema)]),
      ),
    },
  };
}

const GRACE = nullable({
  type: "integer",
  minimum: 0,
  maximum: 3_600,
  default: 30,
  description: "Between the polite and the final signal, in seconds.",
});

const NAMED: Schema = {
  type: "string",
  minLength: 1,
  description: "The name of an infrastructure that Slipway's configuration defines.",
};

const OVERRIDDEN: Schema = {
  type: "object",
  description: "An infrastructure of the configuration, and fields that override its own.",
  properties: { use: { type: "string", minLength: 1 } },
  required: ["use"],
};

const DOCKER: Schema = { $ref: "#/$defs/docker-container" };

/** Only a cancel may leave the image out. */
const DOCKER_TO_RUN: Schema = {
  ...DOCKER,
  type: "object",
  properties: { image: { type: "string" } },
  required: ["image"],
};

function envelope(name: string, properties: Record<string, Schema>, docker: Schema[]): Schema {
  const kinds = ["named", "overridden", "kubernetes-job", "process"];
  const infrastructure = [...kinds.map((kind) => ({ $ref: `#/$defs/${kind}` })), ...docker];
  return {
    type: "object",
    properties: {
      id: { $ref: "#/$defs/id" },
      infrastructure: { oneOf: infrastructure },
      ...inBothSpellings(`#/$defs/${name}`, properties),
    },
    additionalProperties: false,
  };
}

function kindSchema(kind: string, schema: z.ZodMiniType): Schema {
  const { properties, ...rest } = jsonSchema(schema);
  const fields = Object.entries(properties as Record<string, Schema>).map(([name, field]) =>
    name === "image_registry" ? [name, withRegistry(field)] : [name, field],
  );
  return closed(kind, { ...rest, properties: Object.fromEntries(fields), required: ["type"] });
}

const withRegistry = ({ description }: Schema): Schema => ({
  description,
  anyOf: [{ type: "string", minLength: 1 }, { $ref: "#/$defs/registry" }],
});

/** An object as it may be sent: what is not required may be null, and Prefect's bookkeeping is ignored. */
function closed(name: string, { properties, required, ...schema }: Schema): Schema {
  const needed = required as readonly string[];
  const fields = Object.entries(properties as Record<string, Schema>).map(
    ([key, field]) => [key, needed.includes(key) ? field : nullable(field)] as const,
  );
  const bookkeeping = [...BLOCK_BOOKKEEPING].map((key) => [key, true] as const);
  const spelled = inBothSpellings(`#/$defs/${name}`, Object.fromEntries(fields));
  return { ...schema, properties: { ...spelled, ...Object.fromEntries(bookkeeping) }, required };
}

function jsonSchema(schema: z.ZodMiniType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" }) as Schema;
  return rest;
}

function nullable({ description, default: usual, ...schema }: Schema): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
    anyOf: [schema, { type: "null" }],
  };
}

function inBothSpellings(at: string, properties: Record<string, Schema>): Record<string, Schema> {
  const others = Object.keys(properties)
    .filter((name) => toCamelCase(name) !== name)
    .map((name) => [toCamelCase(name), { $ref: `${at}/properties/${name}` }] as const);
  return { ...properties, ...Object.fromEntries(others) };
}

const toCamelCase = (name: string) =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
