import { isRecord } from "../lib/runs/canonical-json.ts";

/** A CloudFormation template, as far as it is looked at here. */
export interface Template {
  Conditions?: Record<string, unknown>;
  Resources: Record<string, Record<string, unknown>>;
  [section: string]: unknown;
}

/**
 * A template without the conditions that are known before it is deployed, because parameters of the package decide them:
 * what they exclude is gone, so that linters, reviewers and CloudFormation see only what there will be.
 */
export function settleConditions(template: Template): Template {
  const { Conditions = {}, ...sections } = template;
  const holds = (name: unknown) => evaluate(Conditions[String(name)]);
  const settled = dropExcluded(sections, holds) as Template;
  for (const resource of Object.values(settled.Resources)) dropNeedlessOrder(resource, settled);
  return settled;
}

/** An order of creation that is that of the resource's references anyway, or after something that is gone. */
function dropNeedlessOrder(resource: Template["Resources"][string], { Resources }: Template) {
  if (!Array.isArray(resource.DependsOn)) return;
  const properties = JSON.stringify(resource.Properties ?? {});
  const isNeeded = (name: string) =>
    name in Resources &&
    !properties.includes(`{"Ref":"${name}"}`) &&
    !properties.includes(`{"Fn::GetAtt":["${name}",`);
  const needed = resource.DependsOn.filter(isNeeded);
  if (needed.length > 0) resource.DependsOn = needed;
  else delete resource.DependsOn;
}

/** Marks what is left out. */
const NOTHING = Symbol("nothing");

function dropExcluded(value: unknown, holds: (name: unknown) => boolean): unknown {
  if (Array.isArray(value))
    return value.map((item) => dropExcluded(item, holds)).filter((item) => item !== NOTHING);
  if (!isRecord(value)) return value;
  const choice = value["Fn::If"];
  if (Array.isArray(choice)) return dropExcluded(choice[holds(choice[0]) ? 1 : 2], holds);
  if (value.Ref === "AWS::NoValue") return NOTHING;
  if (typeof value.Condition === "string" && !holds(value.Condition)) return NOTHING;
  const entries = Object.entries(value)
    .filter(([key, inner]) => key !== "Condition" || typeof inner !== "string")
    .map(([key, inner]) => [key, dropExcluded(inner, holds)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== NOTHING));
}

function evaluate(condition: unknown): boolean {
  if (isRecord(condition)) {
    const { "Fn::Equals": equals, "Fn::Not": not } = condition;
    if (Array.isArray(equals)) return String(equals[0]) === String(equals[1]);
    if (Array.isArray(not)) return !evaluate(not[0]);
  }
  throw new Error(`a condition that the package cannot decide: ${JSON.stringify(condition)}`);
}
