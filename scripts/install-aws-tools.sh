#!/usr/bin/env bash
# What proves a deployment without an account: a CloudFormation emulator and a linter (PyPI), and AWS's own Lambda runtime
# client for Node, whose native part is built here. All in .cache, nothing in the project's own dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache

tools=.cache/aws-tools-moto-5.2.5-cfn-lint-1.58.0
if [ ! -x "$tools/bin/moto_server" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5' cfn-lint==1.58.0 ||
    { rm -rf "$tools"; exit 1; }
fi

client=.cache/aws-lambda-ric-3.3.0
if [ ! -d "$client/node_modules/aws-lambda-ric" ]; then
  for program in cmake autoconf automake libtoolize g++ make unzip; do
    command -v "$program" >/dev/null ||
      { echo "no $program: the tests' own stand-in takes the place of AWS's runtime client"; exit 0; }
  done
  rm -rf "$client" && mkdir "$client" && echo '{"private":true}' >"$client/package.json"
  (cd "$client" && npm install --ignore-scripts=false --no-audit --no-fund --save-exact aws-lambda-ric@3.3.0) ||
    { rm -rf "$client"; exit 1; }
fi
