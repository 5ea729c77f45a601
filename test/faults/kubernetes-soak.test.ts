import { describe } from "vitest";
import {
  canStartClusters,
  requireClusters,
  SCRIPTS,
} from "../integration/kubernetes/support/own-cluster.ts";
import { defineShortSoak } from "./soak/short-soak.ts";

requireClusters();

describe.skipIf(!canStartClusters())(
  `a short soak on Kubernetes (skipped where ${SCRIPTS} is not there)`,
  () => {
    defineShortSoak({ engine: "kubernetes", runs: 8, seed: 1, atOnce: 8, strikes: 2 });
  },
);
