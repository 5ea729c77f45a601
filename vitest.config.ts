import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: the test runner looks for it
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    maxConcurrency: 32, // concurrent tests wait for engines, most of their time
  },
});
