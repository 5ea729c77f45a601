import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { parseResult } from "../../../lib/client/parse-result.ts";
import { Config } from "../../../lib/config/config.ts";
import { RULE_IDS } from "../../../lib/policy/claim.ts";
import { Policy } from "../../../lib/policy/policy.ts";
import { SPEC_SCHEMAS } from "../../../lib/runs/infrastructure.ts";
import { parseRequest } from "../../../lib/runs/request.ts";
import { ResultData, State } from "../../../lib/runs/result.ts";

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../../docs", name), "utf8");
const requests = read("requests.md");
const results = read("results.md");
const security = read("security.md");

const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, block = ""]) => block,
  );

/** What the first column of its tables names. */
const namesIn = (text: string) =>
  [...text.matchAll(/^\| (`[^|]+?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );

describe("docs/requests.md", () => {
  const named = { nightly: { type: "kubernetes-job", image: "etl:1" } };

  test.each(blocksOf(requests, "json"))("shows a request that is taken: %s", (block) => {
    expect(parseRequest(block, named).id.length).toBeGreaterThan(0);
  });

  test.each(Object.entries(SPEC_SCHEMAS))("has every field of %s", (_type, { shape }) => {
    expect(namesIn(requests)).toEqual(expect.arrayContaining(Object.keys(shape)));
  });
});

describe("docs/results.md", () => {
  test.each(blocksOf(results, "json"))("shows a result that can be read: %s", (block) => {
    expect(parseResult(block).subject.length).toBeGreaterThan(0);
  });

  test("has every field and every state", () => {
    const wanted = [...Object.keys(ResultData.shape), ...State.options];

    expect(namesIn(results)).toEqual(expect.arrayContaining(wanted));
  });
});

describe("docs/security.md", () => {
  test("shows a policy that is taken", () => {
    const [block = ""] = blocksOf(security, "yaml");

    expect(Config.parse(load(block)).policy.profile).toBe("baseline");
  });

  test("has every setting of a policy and every rule", () => {
    const settings = Object.keys(Policy.shape).filter((name) => name !== "env");

    expect(namesIn(security)).toEqual(expect.arrayContaining([...settings, ...RULE_IDS]));
  });
});
