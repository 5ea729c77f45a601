import { expect, test } from "vitest";
import { createClusters } from "../../../../lib/backends/kubernetes/connect/clusters.ts";
import { anonymous } from "../../../../lib/backends/kubernetes/connect/connection.ts";
import { someBackendDependencies } from "../../../support/builders.ts";

const connection = { server: new URL("http://127.0.0.1:1"), tls: {}, credentials: anonymous };

test("what is known of a cluster outlives the connection that is given up in its outage", async () => {
  const clusters = createClusters(someBackendDependencies(), async () => connection);

  const before = await clusters.get("lab");
  before.client.contact.answered(0);
  before.client.contact.failed();
  clusters.forget("lab");
  const after = await clusters.get("lab");
  after.client.contact.answered(60_000);

  expect(after.client).not.toBe(before.client);
  expect(after.client.contact.returnMs).toBe(120_000);
  clusters.close();
});
