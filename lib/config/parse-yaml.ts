import { LaunchError } from "../runs/launch-error.ts";
import { readKubernetesYaml, readOwnYaml } from "../yaml/read-yaml.ts";
import { YamlError } from "../yaml/yaml-error.ts";

/**
 * YAML or JSON that an operator or a user at their own terminal wrote; never a message. Plain data only. What YAML 1.1
 * and 1.2 read differently is refused, save below `job` and `customizations`. Throws a LaunchError `ConfigError` that
 * says where, without the excerpt of the text that the parser quotes.
 */
export function parseYaml(text: string, subject: string): unknown {
  return parseOne(readOwnYaml, text, subject);
}

/** The same for a file that is written for Kubernetes: as kubectl reads it. */
export function parseKubernetesYaml(text: string, subject: string): unknown {
  return parseOne(readKubernetesYaml, text, subject);
}

function parseOne(read: (text: string) => unknown[], text: string, subject: string): unknown {
  const documents = refusing(read, text, subject);
  if (documents.length > 1)
    throw new LaunchError(
      "ConfigError",
      `${subject}: holds ${documents.length} documents; expected one`,
    );
  return documents[0] ?? null;
}

function refusing(read: (text: string) => unknown[], text: string, subject: string): unknown[] {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new LaunchError("ConfigError", `${subject}: ${error.message}`);
  }
}
