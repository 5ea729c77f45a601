import {
  DUMP_SCHEMA,
  defineScalarTag,
  dump,
  floatCoreTag,
  intCoreTag,
  NOT_RESOLVED,
} from "js-yaml";
import { kubectlScalar, yaml12Scalar } from "./scalar.ts";

/** Whatever is a number to any reader of YAML. Numbers themselves are written in decimal. */
const numberTag = (tag: typeof intCoreTag) =>
  defineScalarTag<number>(tag.tagName, {
    ...tag,
    resolve: (text) => {
      const value = [kubectlScalar(text), yaml12Scalar(text)].find(isNumber);
      return value ?? NOT_RESOLVED;
    },
  });

const isNumber = (value: unknown) => typeof value === "number";

/** js-yaml's schema for compatibility, with kubectl's numbers: text that looks like one is quoted. */
const SCHEMA = DUMP_SCHEMA.withTags(numberTag(intCoreTag), numberTag(floatCoreTag));

/** A value as YAML that every reader, kubectl among them, reads back as it is. */
export function dumpForKubectl(value: unknown): string {
  return dump(value, { schema: SCHEMA, noRefs: true, lineWidth: -1 });
}
