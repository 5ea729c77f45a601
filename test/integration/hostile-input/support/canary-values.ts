/** As passwords and tokens are: no word, no number. */
export const CANARY = "c4n4ryS3cr3tT0k3n";

/** Values that hold a secret in a way that can be told wherever they stand, masked inside of what engines repeat. */
export const TELLING: Readonly<Record<string, unknown>> = {
  "a command line with a variable": `API_TOKEN=${CANARY} python x.py`,
  "a command line with an option": `mysql --password=${CANARY} --user me`,
  "a command line with two words": `mysql --password ${CANARY} --user me`,
  "a header": `curl -H 'Authorization: Bearer ${CANARY}'`,
  "a user with a password": `user:${CANARY}@registry.test/x:1`,
  "a URL": `postgres://user:${CANARY}@db/x`,
  "JSON text": JSON.stringify({ env: { API_TOKEN: CANARY } }),
  "JSON text in JSON text": JSON.stringify(JSON.stringify({ env: { API_TOKEN: CANARY } })),
  "broken JSON text": JSON.stringify({ env: { API_TOKEN: CANARY }, x: 1 }).slice(0, -4),
  "YAML text": `env:\n  API_TOKEN: ${CANARY}\n`,
  "an object": { API_TOKEN: CANARY },
  "a list of command lines": [`API_TOKEN=${CANARY} python x.py`],
  "a list of options": ["mysql", "--password", CANARY],
  "a list of variables": [{ name: "API_TOKEN", value: CANARY }],
  "a key": { [`API_TOKEN=${CANARY}`]: 1 },
  "a deep object": { a: [{ b: { API_TOKEN: CANARY } }] },
};

/** Values that nothing but their look gives away: an error of ours shows none, but what is valid is sent as it stands. */
export const UNTOLD: Readonly<Record<string, unknown>> = {
  "a token alone": CANARY,
  "a list with a token": [CANARY],
  "a token in a list in a list": [[CANARY]],
  "an object with a token": { some: CANARY },
  "a token as a key": { [`${CANARY}${CANARY}`]: true },
  "a command line": `login me ${CANARY}`,
  "lines of a key": `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`,
  "a long text": `${CANARY} `.repeat(200),
};

/** Also where it was encoded as base64 or as a URL does it. */
export function holdsCanary(text: string): boolean {
  const decoded = (text.match(/[\w+/-]{16,}={0,2}/g) ?? []).map((run) =>
    Buffer.from(run, "base64").toString("latin1"),
  );
  return [text, ...decoded].some((it) => it.includes(CANARY));
}
