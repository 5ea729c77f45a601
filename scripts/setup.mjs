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
