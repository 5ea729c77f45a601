import { describe } from "vitest";
import { defineShortSoak } from "./soak/short-soak.ts";

describe("a short soak on processes", () => {
  defineShortSoak({ engine: "process", runs: 30, seed: 1, atOnce: 30, strikes: 3 });
});
