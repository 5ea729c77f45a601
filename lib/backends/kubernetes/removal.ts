import { PREFIX } from "./markers.ts";

/** On what the cluster will not remove by itself when its retention ends: a Job that is settled but never finished. */
export const REMOVE_LABEL = `${PREFIX}remove`;

/** When that is, by the API server's clock, ISO 8601. */
export const REMOVE_AFTER = `${PREFIX}remove-after`;
