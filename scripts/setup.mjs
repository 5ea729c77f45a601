// Installs what is missing. It runs before anything is installed, on whatever Node npm itself runs on: plain JavaScript, no imports of ours.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const installed = "node_modules/.package-lock.json";
const isCurrent =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync("package-lock.json").mtimeMs;

if (!isCurrent) {
  console.log("Installing what is missing (once, about a minute) …");
  const npm = spawnSync("npm", ["ci", "--loglevel=error"], { stdio: "inherit" });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
}

// A child looks `node` up anew: where the machine's own is too old, the one just installed (Linux) comes first.
const { stdout } = spawnSync("node", ["--version"], { encoding: "utf8" });
const [major = 0, minor = 0] = stdout.slice(1).split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Slipway needs Node 22.19 or newer and this is ${stdout.trim()}: install a newer one (https://nodejs.org) and try again.`,
  );
  process.exit(1);
}
