import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../lib/config/default-config.ts";
import { loadConfig } from "../../../lib/config/load-config.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";

describe("loadConfig", () => {
  test("takes the defaults where there is no file", async () => {
    expect(await load({})).toEqual(DEFAULT_CONFIG);
  });

  test("takes the defaults from an empty file", async () => {
    expect(await load({ "/app/slipway.yml": "# nothing yet\n" })).toEqual(DEFAULT_CONFIG);
  });

  test("reads slipway.yml of the directory", async () => {
    const config = await load({ "/app/slipway.yml": "retention_seconds: 60" });

    expect(config.retention_seconds).toBe(60);
  });

  test("reads the file that SLIPWAY_CONFIG names", async () => {
    const files = { "/etc/s.yml": "retention_seconds: 7", "/app/slipway.yml": "broken: true" };

    const config = await load(files, { SLIPWAY_CONFIG: "../etc/s.yml" });

    expect(config.retention_seconds).toBe(7);
  });

  test.each([["ssm:/slipway/prod"], ["${ssm:/slipway/prod}"]])(
    "reads the parameter %j",
    async (named) => {
      const config = await loadConfig({
        env: { SLIPWAY_CONFIG: named },
        directory: "/app",
        readParameter: async (name) => `environment: { FROM: ${name} }`,
      });

      expect(config.environment).toEqual({ FROM: "/slipway/prod" });
    },
  );

  test("names the file that is not there", async () => {
    await expect(load({}, { SLIPWAY_CONFIG: "/etc/none.yml" })).rejects.toThrow(
      "the file /etc/none.yml cannot be read (ENOENT)",
    );
  });

  test("accepts camelCase at every depth", async () => {
    const config = await load({
      "/app/slipway.yml": `
        retentionSeconds: 5
        dockerHosts: { b: { host: "unix:///s", sshKey: k } }
        clusters: { c: { inCluster: true } }
        logs: { tailBytes: 0 }
        results: { eventBus: default }`,
    });

    expect(config).toMatchObject({
      retention_seconds: 5,
      clusters: { c: { in_cluster: true } },
      logs: { tail_bytes: 0 },
      results: { event_bus: "default" },
    });
    expect(config.docker_hosts.b?.ssh_key?.reveal()).toBe("k");
  });

  test("names every problem at once, each with its path", async () => {
    const problems = await problemsOf(`
      retention_second: 5
      clusters:
        prod: { eks: { name: prod, regin: eu-west-1 } }
        none: {}
      registries: { ghcr: { username: bot, password: 4711 } }
      defaults: { kubernetes-job: live }
      environment: { PORT: 4200 }
      infrastructures:
        nightly: { type: kubernetes-job, imagee: x }
        typo: { type: dockr }
    `);

    expect(problems).toEqual([
      "retention_second: is not a known field; did you mean retention_seconds?",
      "clusters.prod.eks.regin: is not a known field; did you mean region?",
      "environment.PORT: expected string, got 4200",
      "clusters.prod.eks.region: is required: expected string",
      "clusters.none: needs exactly one of kubeconfig, eks and in_cluster, got a value of type object",
      "registries.ghcr.password: expected string, got a value of type number",
      "infrastructures.nightly.imagee: is not a known field; did you mean image?",
      'infrastructures.typo.type: expected one of kubernetes-job, docker-container, process, got "dockr"',
    ]);
  });

  test("says where broken YAML is broken, and quotes nothing of it", async () => {
    const text = "registries:\n  ghcr: { password: hunter22\n";

    const error = await failure(load({ "/app/slipway.yml": text }));

    expect(error.message).toMatch(/^\/app\/slipway\.yml: .* at line \d+, column \d+$/);
    expect(error.message).not.toContain("hunter22");
  });

  test("refuses a default or a named infrastructure whose target is not configured", async () => {
    const problems = await problemsOf(`
      clusters: { prod: { in_cluster: true } }
      docker_hosts: { builders: { host: "unix:///s" } }
      defaults: { kubernetes-job: live }
      infrastructures:
        a: { type: kubernetes-job, cluster_config: prd }
        b: { type: docker-container, image: x, docker_host: builder }
    `);

    expect(problems).toEqual([
      'infrastructures.a.cluster_config: the configuration has no clusters entry "prd"; did you mean prod?',
      'infrastructures.b.docker_host: the configuration has no docker_hosts entry "builder"; did you mean builders?',
      'defaults.kubernetes-job: the configuration has no clusters entry "live"; it has prod',
    ]);
  });

  test("reads local references in plain texts and leaves the shell its own", async () => {
    const config = await load(
      {
        "/app/slipway.yml": `
          docker_hosts: { me: { host: "unix://\${env:RUN_DIR}/docker.sock" } }
          infrastructures:
            p: { type: process, command: [sh, -c, 'echo \${env:-x} \${v:0:2} $\${env:A} \${file:note}'] }`,
        "/app/note": "hi\n",
      },
      { RUN_DIR: "/run/1" },
    );

    expect(config.docker_hosts.me?.host).toBe("unix:///run/1/docker.sock");
    expect(config.infrastructures.p?.command).toEqual([
      "sh",
      "-c",
      "echo ${env:-x} ${v:0:2} ${env:A} hi",
    ]);
  });

  test("keeps the references of secrets, their paths made absolute", async () => {
    const config = await load({
      "/app/slipway.yml": `
        docker_hosts:
          b: { host: "tcp://h:2376", tls: { ca: "\${file:ca.pem}", cert: "\${ssm:/c}", key: "\${secret:k#key}" } }`,
      "/app/ca.pem": "CA",
    });

    const tls = config.docker_hosts.b?.tls;
    expect([tls?.ca, tls?.cert, tls?.key].map((it) => it?.reveal())).toEqual([
      "${file:/app/ca.pem}",
      "${ssm:/c}",
      "${secret:k#key}",
    ]);
  });

  test("keeps secret references of environment for the start", async () => {
    const config = await load({
      "/app/slipway.yml": "environment: { PREFECT_API_KEY: '${secret:prefect}' }",
    });

    expect(config.environment).toEqual({ PREFECT_API_KEY: "${secret:prefect}" });
  });

  test("names missing variables and files, unknown schemes and misplaced secrets", async () => {
    const problems = await problemsOf(`
      environment: { A: "\${env:NOPE}", B: "\${vault:x}" }
      registries: { r: { username: "\${secret:user}", password: "\${file:none.txt}" } }
    `);

    expect(problems).toEqual([
      "environment.A: ${env:NOPE}: the environment has no such variable",
      "environment.B: ${vault:x} is no reference this knows; the known ones are secret, ssm, env, file",
      expect.stringMatching(/^registries\.r\.username: \$\{secret:user\} cannot stand here/),
      "registries.r.password: ${file:none.txt}: the file /app/none.txt cannot be read (ENOENT)",
    ]);
  });

  test("reads job_from_file and customize_from_file beside the configuration", async () => {
    const config = await load({
      "/app/slipway.yml": `
        infrastructures:
          k: { type: kubernetes-job, job_from_file: job.yml, customizeFromFile: sub/patch.json }`,
      "/app/job.yml": "kind: Job",
      "/app/sub/patch.json": '[{"op":"remove","path":"/spec/x"}]',
    });

    expect(config.infrastructures.k).toEqual({
      type: "kubernetes-job",
      job: { kind: "Job" },
      customizations: [{ op: "remove", path: "/spec/x" }],
    });
  });

  test("reads a Job as kubectl does, in a file and in the configuration itself", async () => {
    const job = [
      "x: &small { limits: { memory: 64Mi } }",
      "resources: { <<: *small }",
      "defaultMode: 0400",
      "stdin: no",
    ];
    const config = await load({
      "/app/slipway.yml": `
infrastructures:
  filed: { type: kubernetes-job, job_from_file: job.yml }
  given: { type: kubernetes-job, job: { ${job.join(", ")} } }`,
      "/app/job.yml": job.join("\n"),
    });

    const limits = { memory: "64Mi" };
    const expected = { x: { limits }, resources: { limits }, defaultMode: 0o400, stdin: false };
    expect(config.infrastructures.filed?.job).toEqual(expected);
    expect(config.infrastructures.given?.job).toEqual(expected);
  });

  test("names both readings of what is ambiguous in fields of its own", async () => {
    const text = "retention_seconds: 0600\nenvironment: { COUNTRY: NO }\n";

    const error = await failure(load({ "/app/slipway.yml": text }));

    expect(error.code).toBe("ConfigError");
    expect(error.message).toBe(
      "/app/slipway.yml: retention_seconds: an octal number in YAML 1.1, as kubectl reads it, and a decimal number in " +
        "YAML 1.2; write plain digits, or quote it at line 1, column 20; environment.COUNTRY: NO is false in YAML 1.1, " +
        'as kubectl reads it, and the text "NO" in YAML 1.2; write false, or quote it at line 2, column 25',
    );
  });

  test("names the file of a field that cannot be read, and a field given in both ways", async () => {
    const problems = await problemsOf(`
      infrastructures:
        a: { type: kubernetes-job, job_from_file: none.yml }
        b: { type: kubernetes-job, job: {}, job_from_file: x.yml }
    `);

    expect(problems).toEqual([
      "infrastructures.a.job_from_file: none.yml: the file /app/none.yml cannot be read (ENOENT)",
      "infrastructures.b.job_from_file: is given together with job",
    ]);
  });
});

function load(files: Record<string, string>, env: Record<string, string> = {}) {
  return loadConfig({
    env,
    directory: "/app",
    readText: async (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error("gone"), { code: "ENOENT" });
      return text;
    },
    exists: async (path) => path in files,
  });
}

async function problemsOf(text: string): Promise<string[]> {
  const error = await failure(load({ "/app/slipway.yml": text }));
  return error.problems.map(({ path, message }) => `${path}: ${message}`);
}

async function failure(promise: Promise<unknown>): Promise<LaunchError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LaunchError)) throw new Error("expected a LaunchError", { cause: error });
  return error;
}
