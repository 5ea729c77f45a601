"use strict";

/**
 * Builds each function's bundle before it is packaged or invoked, and packages nothing else: handlers stay written as
 * `functions/NAME.handler`. What it checks, it checks before anything is deployed.
 */
class BundlePlugin {
  constructor(serverless, _options, { log } = {}) {
    this.serverless = serverless;
    this.log = log;
    const build = () => this.build();
    this.hooks = {
      initialize: () => this.rewrite(),
      "before:package:createDeploymentArtifacts": async () => {
        await this.check();
        await build();
      },
      "after:aws:package:finalize:mergeCustomProviderResources": () => this.settle(),
      "before:deploy:function:packageFunction": build,
      "before:invoke:local:invoke": build,
    };
  }

  get isLocal() {
    return this.serverless.processedInput.commands.join(" ") === "invoke local";
  }

  rewrite() {
    const { service, processedInput } = this.serverless;
    service.package = { ...service.package, individually: true };
    this.sources = {};
    for (const name of service.getAllFunctions()) {
      const definition = service.getFunction(name);
      const [, stem, exported] = /^(.*)\.([^.]+)$/.exec(definition.handler);
      const asked = processedInput.options.function;
      if (!this.isLocal || !asked || asked === name) this.sources[name] = `${stem}.ts`;
      definition.handler = `dist/${name}/index.${exported}`;
      definition.package = {
        ...definition.package,
        patterns: ["!**", `dist/${name}/**`, ...CONFIGURATION],
      };
      if (this.isLocal) this.useOwnEnvironment(definition);
    }
    if (this.isLocal) this.useOwnEnvironment(service.provider);
  }

  /** Invoked locally there is no stack whose queues could be named: what the caller's environment says takes their place. */
  useOwnEnvironment(definition) {
    definition.environment = Object.fromEntries(
      Object.entries({ ...definition.environment, ...LOCAL }).map(([name, value]) => [
        name,
        process.env[name] ?? (typeof value === "object" ? "" : value),
      ]),
    );
  }

  async check() {
    const { checkDeployment } = await import("./check-deployment.ts");
    await checkDeployment(this.serverless.service, this.serverless.serviceDir);
  }

  async settle() {
    const { settleConditions } = await import("./settle-conditions.ts");
    const { provider } = this.serverless.service;
    provider.compiledCloudFormationTemplate = settleConditions(
      provider.compiledCloudFormationTemplate,
    );
  }

  async build() {
    const { bundleFunction } = await import("./bundle.ts");
    const root = this.serverless.serviceDir;
    await Promise.all(
      Object.entries(this.sources).map(([name, source]) => bundleFunction({ root, name, source })),
    );
  }
}

/** The configuration and the files it refers to, where there are any. */
const CONFIGURATION = ["slipway.yml", "slipway/**"];

/** One look at everything, and results rather than metrics on the standard output. */
const LOCAL = { SLIPWAY_METRICS: "off", SLIPWAY_WATCH_SECONDS: "0" };

module.exports = BundlePlugin;
