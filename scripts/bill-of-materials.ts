import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/**
 * Writes what the functions and the package are made of, by the lock file, as CycloneDX JSON: no tool of development, and no
 * binary of Node, which is neither deployed nor published.
 */
export function writeBillOfMaterials(root: string, path: string): void {
  const options = ["--package-lock-only", "--omit=dev", "--omit=optional"];
  const text = execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", ...options], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  const bill = JSON.parse(text);
  // npm takes the name of the folder for the root's, whatever package.json says.
  bill.metadata.component.name = /^pkg:npm\/(.+)@/.exec(bill.metadata.component.purl)?.[1];
  writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
}
