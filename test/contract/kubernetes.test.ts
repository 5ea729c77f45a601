import { createKubernetesSubject } from "../integration/kubernetes/support/kubernetes-subject.ts";
import { describeWithEngine } from "../support/engines.ts";
import { defineBackendContract } from "./backend-contract.ts";

await describeWithEngine("kubernetes", "on a real cluster", () => {
  defineBackendContract("kubernetes", createKubernetesSubject);
});
