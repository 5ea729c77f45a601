import { definePairs } from "./support/define-pairs.ts";
import { processStage } from "./support/process-stage.ts";

await definePairs(processStage(), "A run", {});
await definePairs(processStage(), "A cancelled run", { cancel: true });
