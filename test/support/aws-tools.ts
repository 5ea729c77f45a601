import { existsSync } from "node:fs";
import { join } from "node:path";

const CACHE = join(import.meta.dirname, "../../.cache");

/** `scripts/install-aws-tools.sh` puts them there. */
const VENV = join(CACHE, "aws-tools-moto-5.2.5-cfn-lint-1.58.0");
const RUNTIME_CLIENT = join(
  CACHE,
  "aws-lambda-ric-3.3.0/node_modules/aws-lambda-ric/bin/index.mjs",
);

/** A program of CloudFormation's emulator and linter. */
export const awsTool = (name: "moto_server" | "cfn-lint") => join(VENV, "bin", name);

/** Why those cannot be used here; undefined where they can. */
export function whyNoAwsTools(): string | undefined {
  if (existsSync(awsTool("moto_server"))) return undefined;
  return "moto and cfn-lint are not here (npm run aws-tools installs them)";
}

/** AWS's own Lambda runtime client for Node, where it has been built. */
export const runtimeClient = () => (existsSync(RUNTIME_CLIENT) ? RUNTIME_CLIENT : undefined);
