import { loadAll, YAMLException } from "js-yaml";
import { LaunchError } from "../runs/launch-error.ts";

/**
 * YAML or JSON that an operator or a user at their own terminal wrote; never a message. Plain data only. Throws a
 * LaunchError `ConfigError` that says where, without the excerpt of the text that the parser quotes.
 */
export function parseYaml(text: string, subject: string): unknown {
  const documents = readDocuments(text, subject);
  if (documents.length > 1)
    throw new LaunchError(
      "ConfigError",
      `${subject}: holds ${documents.length} documents; expected one`,
    );
  return documents[0] ?? null;
}

function readDocuments(text: string, subject: string): unknown[] {
  try {
    return loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    const place = mark ? ` at line ${mark.line + 1}, column ${mark.column + 1}` : "";
    throw new LaunchError("ConfigError", `${subject}: ${reason}${place}`);
  }
}
