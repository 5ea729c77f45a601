import { describe, expect, test } from "vitest";
import {
  referencesIn,
  replaceReferences,
  rewriteReferences,
} from "../../../lib/config/references.ts";

describe("references", () => {
  test.each([
    ["${secret:slipway/lab}", ["secret slipway/lab"]],
    ["${secret:db#password}", ["secret db password"]],
    ["user:${env:USER}@${file:/etc/host}", ["env USER", "file /etc/host"]],
    [
      "${secret:arn:aws:secretsmanager:eu-west-1:1:secret:x}",
      ["secret arn:aws:secretsmanager:eu-west-1:1:secret:x"],
    ],
    ["${vault:kv/x}", ["vault kv/x"]],
  ])("finds %j", (text, expected) => {
    const found = referencesIn(text).map(({ scheme, name, field }) =>
      [scheme, name, ...(field ? [field] : [])].join(" "),
    );

    expect(found).toEqual(expected);
  });

  test.each([
    ["${env:-prod}"],
    ["${env:=x}"],
    ["$${env:HOME}"],
    ["${HOME}"],
    ["${env:}"],
    ["$env:A"],
  ])("leaves %j to the shell", (text) => {
    expect(referencesIn(text)).toEqual([]);
  });

  test("replaces every reference, and what is doubled loses one dollar", () => {
    const text = replaceReferences("a=${env:A} b=$${env:B} c=${env:C}", ({ name }) =>
      name === "A" ? "1" : undefined,
    );

    expect(text).toBe("a=1 b=${env:B} c=${env:C}");
  });

  test("does not read a value for references again", () => {
    const text = replaceReferences("${env:A}", () => "${env:B}");

    expect(text).toBe("${env:B}");
  });

  test("keeps what is doubled where references are read later", () => {
    const text = rewriteReferences("$${env:B} ${file:x}", () => "${file:/d/x}");

    expect(text).toBe("$${env:B} ${file:/d/x}");
  });
});
