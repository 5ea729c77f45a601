import { describe } from "vitest";
import { defineShortSoak } from "./soak/short-soak.ts";

describe("a short soak on processes", () => {
  defineShortSoak({ engine: "process", runs: 40, seed: 1, atOnce: 40, strikes: 4 });
});
