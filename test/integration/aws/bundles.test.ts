import { readdir, readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizesOf } from "../../../scripts/bundle-sizes.ts";
import { copyService, type ServiceCopy, sha256 } from "../../support/packaged-service.ts";

const RECORD = join(import.meta.dirname, "../../../bench/results/bundle-sizes.json");

/** What a bundle may grow by before its record is to be changed, and the change to be explained. */
const GROWTH = 1.1;

let copy: ServiceCopy;
let elsewhere: ServiceCopy;
const firstZips = new Map<string, string>();

beforeAll(async () => {
  copy = await copyService();
  elsewhere = await copyService({ "slipway.yml": "retention_seconds: 60\n" });
  await copy.serverless(["package"]);
  for (const name of ["submit", "watch"])
    firstZips.set(name, sha256(await copy.file(`.serverless/${name}.zip`)));
  await copy.serverless(["package"]);
  await elsewhere.serverless(["package"]);
}, 900_000);

afterAll(async () => {
  await copy.remove();
  await elsewhere.remove();
});

describe.each(["submit", "watch"])("the package of %s", (name) => {
  const files = async (of: ServiceCopy) => (await readdir(join(of.directory, "dist", name))).sort();

  const textThatHolds = async (what: string) => {
    for (const file of await files(copy)) {
      const text = String(await copy.file(`dist/${name}/${file}`));
      if (text.includes(what)) return [file, text] as const;
    }
    throw new Error(`no file of ${name} holds ${what}`);
  };

  test("is the same, byte for byte, when it is made again", async () => {
    expect(sha256(await copy.file(`.serverless/${name}.zip`))).toBe(firstZips.get(name));
  });

  test("holds the same code when it is made in another place", async () => {
    const [here, there] = await Promise.all([files(copy), files(elsewhere)]);

    expect(there).toEqual(here);
    for (const file of here) {
      const path = `dist/${name}/${file}`;
      expect(sha256(await elsewhere.file(path))).toBe(sha256(await copy.file(path)));
    }
  });

  test("grows no more than a tenth over its record", async () => {
    const record = JSON.parse(await readFile(RECORD, "utf8"))[name];

    const { total, cold } = await sizesOf(join(copy.directory, "dist", name));

    expect(total, "all of it").toBeLessThanOrEqual(record.total * GROWTH);
    expect(cold, "what a cold start reads").toBeLessThanOrEqual(record.cold * GROWTH);
  });

  test("holds nothing native, nothing for building images, and no source map", async () => {
    const names = await files(copy);
    const all = await Promise.all(names.map((file) => copy.file(`dist/${name}/${file}`)));

    expect(names.filter((file) => !/\.js$|^package\.json$/.test(file))).toEqual([]);
    expect(Buffer.concat(all).includes("grpc_status")).toBe(false);
  });

  test("holds the program that outlives its launcher, as a file of its own", async () => {
    expect(await files(copy)).toContain("recorder.js");
  });

  test("leaves source maps that lead from a place in the bundle to a line of the source", async () => {
    const [file, bundle] = await textThatHolds("SLIPWAY_MAX_RECEIVE_COUNT");
    const map = new SourceMap(JSON.parse(String(await copy.file(`dist/maps/${name}/${file}.map`))));
    const line = bundle.split("\n").findIndex((text) => text.includes("SLIPWAY_MAX_RECEIVE_COUNT"));
    const column = bundle.split("\n")[line]?.indexOf("SLIPWAY_MAX_RECEIVE_COUNT") ?? -1;

    const entry = map.findEntry(line, column);

    expect(entry).toMatchObject({
      originalSource: expect.stringMatching(/functions\/dependencies\.ts$/),
    });
  });
});

test.each(["submit", "watch"])(
  "the configuration travels with %s, where there is one",
  async (name) => {
    const entries = (of: ServiceCopy) => of.file(`.serverless/${name}.zip`);

    expect((await entries(elsewhere)).includes("slipway.yml")).toBe(true);
    expect((await entries(copy)).includes("slipway.yml")).toBe(false);
  },
);
