import { describeWithEngine, isReachable } from "../support/engines.ts";
import { definePairs } from "./support/define-pairs.ts";
import { kubernetesStage } from "./support/kubernetes-stage.ts";

/** The one fault that makes twice out of once where nobody looks: the cluster acted, and nobody heard of it. */
const LOST_ANSWER = ["dropped after"] as const;

if (await isReachable("kubernetes")) {
  await definePairs(await kubernetesStage(), "A run", {}, LOST_ANSWER);
  await definePairs(await kubernetesStage(), "A cancelled run", { cancel: true }, LOST_ANSWER);
} else await describeWithEngine("kubernetes", "every call × every fault", () => undefined);
