import { describeWithEngine, isReachable } from "../support/engines.ts";
import { definePairs } from "./support/define-pairs.ts";
import { dockerStage } from "./support/docker-stage.ts";

/** The one fault that makes twice out of once where nobody looks: the engine acted, and nobody heard of it. */
const LOST_ANSWER = ["dropped after"] as const;

if (await isReachable("docker")) {
  await definePairs(await dockerStage(), "A run", {}, LOST_ANSWER);
  await definePairs(await dockerStage(), "A cancelled run", { cancel: true }, LOST_ANSWER);
} else await describeWithEngine("docker", "every call × every fault", () => undefined);
