#!/usr/bin/env bash
# yargs 18.2.0: `duplicate-arguments-array: false` takes values from options that are declared as arrays.
#
# Expected  The setting is for options with one value (`--name a --name b` gives `b`). An option with `array: true` is a list
#           by declaration, and `--env A=1 --env B=2` gives both.
# Seen      The array holds the values of its last occurrence alone: `["B=2"]`.
# Matters   A program sets it to have no arrays where it expects one value, and from then on loses every repeated `--env`,
#           `--set` or `--label` but the last, without an error.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund yargs@18.2.0 2>/dev/null
cat >try.mjs <<'JS'
import yargs from "yargs";
const parse = (setting) =>
  yargs(["--env", "A=1", "--env", "B=2"])
    .option("env", { array: true, type: "string" })
    .parserConfiguration({ "duplicate-arguments-array": setting })
    .parseSync().env;
const seen = { true: parse(true), false: parse(false) };
console.log(seen);
process.exit(JSON.stringify(seen) === '{"true":["A=1","B=2"],"false":["B=2"]}' ? 0 : 1);
JS
node try.mjs
