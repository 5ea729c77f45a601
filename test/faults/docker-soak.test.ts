import { describeWithEngine } from "../support/engines.ts";
import { defineShortSoak } from "./soak/short-soak.ts";

await describeWithEngine("docker", "a short soak on Docker", () => {
  defineShortSoak({ engine: "docker", runs: 16, seed: 1, atOnce: 16, strikes: 3 });
});
