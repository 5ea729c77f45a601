#!/usr/bin/env bash
# npm 11.19.1: a CycloneDX bill of materials names its root after the folder, not after package.json.
#
# Expected  `npm sbom --sbom-format=cyclonedx` in a folder `checkout-7` with a package `my-service` names its root component
#           `my-service`, as `npm sbom --sbom-format=spdx` does.
# Seen      metadata.component.name is `checkout-7`, while bom-ref and purl of the same component say `my-service@1.0.0`.
# Matters   CI checks out into folders of its own naming. Tools that index bills by component name file each build under
#           another product, and two products built in folders called `src` become one. Set the name after the call.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work/tool" npm@11.19.1
npm=$work/tool/node_modules/.bin/npm
mkdir checkout-7; cd checkout-7
echo '{"name": "my-service", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}}' >package.json
"$npm" install --silent --package-lock-only --no-audit --no-fund
"$npm" sbom --package-lock-only --sbom-format=cyclonedx >cyclonedx.json
"$npm" sbom --package-lock-only --sbom-format=spdx >spdx.json
node -e '
  const { name, purl } = require("./cyclonedx.json").metadata.component;
  const spdx = require("./spdx.json").packages.find(({ SPDXID }) => SPDXID.includes("my-service")).name;
  console.log({ cyclonedx: name, purl, spdx });
  process.exit(name === "checkout-7" && purl === "pkg:npm/my-service@1.0.0" && spdx === "my-service" ? 0 : 1);
'
