import { afterAll, beforeAll, describe } from "vitest";
import { createLab, type Lab } from "./lab.ts";
import {
  canStartClusters,
  type OwnCluster,
  requireClusters,
  SCRIPTS,
  startOwnCluster,
} from "./own-cluster.ts";

/** For as long as a cluster takes to start or to end, in milliseconds. */
const LONG = 180_000;

/** What the tests of such a suite have; it is there once they run. */
export interface Place {
  readonly cluster: OwnCluster;
  readonly lab: Lab;
}

/** A suite that may stop the parts of its cluster: skipped, and its title says so, where none can be started. */
export function describeOnOwnCluster(title: string, suite: (place: () => Place) => void): void {
  requireClusters();
  describe.skipIf(!canStartClusters())(`${title} (skipped where ${SCRIPTS} is not there)`, () => {
    let cluster: OwnCluster;
    let lab: Lab;

    beforeAll(async () => {
      cluster = await startOwnCluster();
      lab = await createLab({ kubeconfig: cluster.kubeconfig });
    }, LONG);
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
      await cluster?.[Symbol.asyncDispose]();
    }, LONG);

    suite(() => ({ cluster, lab }));
  });
}
