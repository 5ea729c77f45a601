import { join } from "node:path";
import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: the test runner looks for it
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // The programs that tests start by the hundred are compiled once.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compile") },
    maxWorkers: 3, // on two cores: most of them wait for engines, most of their time
    maxConcurrency: 32,
  },
});
