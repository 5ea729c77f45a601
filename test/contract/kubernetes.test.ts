import { serviceAccountKubeconfig } from "../integration/kubernetes/support/deployed.ts";
import { createKubernetesSubject } from "../integration/kubernetes/support/kubernetes-subject.ts";
import { describeWithEngine } from "../support/engines.ts";
import { defineBackendContract } from "./backend-contract.ts";

await describeWithEngine(
  "kubernetes",
  "on a real cluster, with the rights of deploy/kubernetes and no others",
  () => {
    defineBackendContract("kubernetes", () =>
      createKubernetesSubject({ kubeconfigOf: serviceAccountKubeconfig }),
    );
  },
);
