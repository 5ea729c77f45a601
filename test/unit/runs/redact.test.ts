import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dropSplitSecret,
  isSecretName,
  mask,
  maskCredentials,
  maskEnvironment,
  Secret,
  secretValues,
} from "../../../lib/runs/redact.ts";

describe("a name", () => {
  test.each(
    "PASSWORD DB_PASS PGPASSWORD MY_PWD SSH_PASSPHRASE CLIENT_SECRET GITHUB_TOKEN AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY API_KEY apiKey PREFECT_API_KEY SIGNING_KEY KEY client-key-data PRIVATE AUTHORIZATION COOKIE JWT SLACK_WEBHOOK SENTRY_DSN CONNECTION_STRING password token image_registry_password".split(
      " ",
    ),
  )("%s is taken for a secret's", (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  test.each(
    "PATH HOME PWD OLDPWD PREFECT_API_URL image command KEYBOARD MONKEY name TZ".split(" "),
  )("%s is not", (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe("maskCredentials", () => {
  test.each([
    ["postgres://u:hunter2@db/x", "postgres://u:[redacted]@db/x"],
    ["https://:hunter2@db", "https://:[redacted]@db"],
    ["Authorization: Bearer abcdefgh.ijkl", "Authorization: Bearer [redacted]"],
    ["authorization: basic dXNlcjpwdw==", "authorization: basic [redacted]"],
    ["http://localhost:4200/api", "http://localhost:4200/api"],
    ["a basic idea", "a basic idea"],
  ])("makes %j into %j", (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });
});

test("the secrets of an environment are its secret variables and the passwords in its URLs", () => {
  const env = { TOKEN: "t0ken", DB: "postgres://u:hunter2@db", HOME: "/root", API_KEY: null };

  expect(secretValues(env)).toEqual(["t0ken", "hunter2"]);
});

test("an environment is shown without them, and null and empty ones as they are", () => {
  const env = { TOKEN: "t0ken", DB: "postgres://u:hunter2@db", API_KEY: null, SECRET: "", A: "1" };

  expect(maskEnvironment(env)).toEqual({
    TOKEN: "[redacted]",
    DB: "postgres://u:[redacted]@db",
    API_KEY: null,
    SECRET: "",
    A: "1",
  });
});

describe("mask", () => {
  test.each([
    ["as it is", "hunter2", "it is hunter2.", "it is [redacted]."],
    ["without the line end of its file", "hunter2\n", "it is hunter2.", "it is [redacted]."],
    ["as JSON quotes it", 'hun"ter2', String.raw`{"p":"hun\"ter2"}`, '{"p":"[redacted]"}'],
    ["as a URL quotes it", "hun ter/2", "?p=hun%20ter%2F2", "?p=[redacted]"],
    ["line by line", "-----BEGIN KEY-----\nMIIEvQIBADAN\n-----", "> MIIEvQIBADAN", "> [redacted]"],
    ["not where it is too short to mean it", "abc", "abc abc", "abc abc"],
  ])("finds a secret %s", (_how, secret, text, masked) => {
    expect(mask(text, [secret])).toBe(masked);
  });

  test("leaves nothing of one secret that holds another", () => {
    expect(mask("hunter2hunter2", ["hunter2", "hunter2hunter2"])).toBe("[redacted]");
  });

  test("leaves no secret in any text", () => {
    const secret = fc.string({ minLength: 4, maxLength: 20 }).filter((it) => it.trim().length >= 4);
    const secrets = fc.array(secret, { minLength: 1, maxLength: 5 });

    fc.assert(
      fc.property(secrets, fc.array(fc.string()), (planted, others) => {
        const text = planted.flatMap((it, at) => [others[at] ?? " ", it]).join("");

        const masked = mask(text, planted).replaceAll("[redacted]", "");

        for (const it of planted)
          expect(masked.includes(it) && !"[redacted]".includes(it)).toBe(false);
      }),
    );
  });
});

test.each([
  ["ter2 and more", " and more"],
  ["r2 and more", "r2 and more"],
  ["hunter2 and more", "hunter2 and more"],
  ["and more", "and more"],
])("the text %j that was cut from a longer one begins as %j", (text, rest) => {
  expect(dropSplitSecret(text, ["hunter2"])).toBe(rest);
});

test("a Secret shows itself to nobody who does not ask by name", () => {
  const secret = new Secret("hunter2");

  const shown = [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ a: [secret] }),
  ];

  expect(shown.join()).not.toContain("hunter2");
  expect(secret.reveal()).toBe("hunter2");
});
