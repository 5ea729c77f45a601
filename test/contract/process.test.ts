import { createProcessSubject } from "../integration/process/support/process-subject.ts";
import { defineBackendContract } from "./backend-contract.ts";

defineBackendContract("process", createProcessSubject);
