import { describe } from "vitest";
import { CONTRACT_PARTS, defineBackendContract } from "../../../contract/backend-contract.ts";
import { createKubernetesSubject, type SubjectOptions } from "./kubernetes-subject.ts";

/** The parts of the contract at the same time, each in a namespace of its own: a cluster takes seconds for every run. */
export function defineKubernetesContract(options: SubjectOptions = {}): void {
  for (const part of CONTRACT_PARTS)
    describe.concurrent(part, () => {
      describe("one after another", { concurrent: false }, () => {
        defineBackendContract("kubernetes", () => createKubernetesSubject(options), [part]);
      });
    });
}
