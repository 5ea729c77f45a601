import { expect, test } from "vitest";
import { findSecrets } from "../../../lib/runs/find-secrets.ts";

test.each([
  ["API_TOKEN=hunter2 python x.py", "hunter2"],
  ["API_TOKEN='hunter2' python x.py", "hunter2"],
  ['sh -c "API_TOKEN=hunter2 x"', "hunter2"],
  ["mysql --password=hunter2 db", "hunter2"],
  ["mysql --password hunter2 db", "hunter2"],
  ["curl -H 'Authorization: Bearer hunter2hunter2'", "hunter2hunter2"],
  ["password: hunter2\nuser: x", "hunter2"],
  ["user:hunter2@host/image:1", "hunter2"],
  ["postgres://user:hunter2@host/db", "hunter2"],
  ['{"env":{"API_TOKEN":"hunter2"}}', "hunter2"],
  ['"{\\"env\\":{\\"API_TOKEN\\":\\"hunter2\\"}}"', "hunter2"],
  ['{"env":{"API_TOKEN":"hunter2"', "hunter2"],
  ['x {\\"API_TOKEN\\": \\"hunter2\\"', "hunter2"],
  [["mysql", "--password", "hunter2"], "hunter2"],
  [["env", "API_TOKEN=two words", "x"], "two words"],
  [{ env: { API_TOKEN: "hunter2" } }, "hunter2"],
  [{ containers: [{ env: [{ name: "API_TOKEN", value: "hunter2" }] }] }, "hunter2"],
  [{ "API_TOKEN=hunter2": 1 }, "hunter2"],
  [{ image_registry: { password: "hunter2" } }, "hunter2"],
])("%j holds %j", (value, secret) => {
  expect(findSecrets(value)).toContain(secret);
});

test.each([
  ["ghcr.io/acme/auth-service:latest"],
  ["app:1.2@sha256:0123456789abcdef"],
  ["python -m http.server --bind 0.0.0.0"],
  [["--user", "me", "--level=debug"]],
  ["git@github.com:acme/tokens.git"],
  [{ volumes: [{ secret: { secretName: "db-login" } }] }],
  [{ tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }] }],
  [{ valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
  [{ name: "prefect-job", image: "app" }],
])("%j holds none", (value) => {
  expect(findSecrets(value)).toEqual([]);
});

test("a text of JSON may nest as deep as it likes", () => {
  const deep = `${"[".repeat(30_000)}"API_TOKEN=hunter2"${"]".repeat(30_000)}`;

  expect(findSecrets([deep, "API_TOKEN=hunter3"])).toContain("hunter3");
});
