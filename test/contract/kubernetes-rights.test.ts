import { serviceAccountKubeconfig } from "../integration/kubernetes/support/deployed.ts";
import { defineKubernetesContract } from "../integration/kubernetes/support/side-by-side.ts";
import { describeWithEngine } from "../support/engines.ts";

await describeWithEngine("kubernetes", "with the rights of deploy/kubernetes and no others", () => {
  defineKubernetesContract({ kubeconfigOf: serviceAccountKubeconfig });
});
