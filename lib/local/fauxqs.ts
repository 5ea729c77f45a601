import type { DatabaseSync } from "node:sqlite";
import type { buildApp } from "fauxqs";
import { loadSqlite } from "./sqlite.ts";

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>["stores"]>;
export type SqsStore = Stores["sqsStore"];
export type EmbeddedApp = ReturnType<typeof buildApp>;
type Persistence = NonNullable<SqsStore["persistence"]>;

export interface Fauxqs {
  readonly app: EmbeddedApp;
  readonly store: SqsStore;
}

/**
 * The emulator's server, not yet listening: its own `startFauxqs` listens on every interface of the machine and cannot be
 * told otherwise. What that function puts together is not exported by name, so it is taken from the package's files; the
 * package is pinned to the version this was read from.
 */
export async function loadFauxqs(dataDirectory: string | undefined): Promise<Fauxqs> {
  await loadSqlite(); // before the emulator does
  const { buildApp } = await import("fauxqs");
  const [{ SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    internal<{ SqsStore: new () => SqsStore }>("./sqs/sqsStore.js"),
    internal<{ SnsStore: new () => Stores["snsStore"] }>("./sns/snsStore.js"),
    internal<{ S3Store: new () => Stores["s3Store"] }>("./s3/s3Store.js"),
  ]);
  const store = new SqsStore();
  store.host = ""; // queue URLs then carry the address that was asked, not a name that does not resolve
  const stores = { sqsStore: store, snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, stores });
  if (dataDirectory !== undefined) await keepMessages(app, stores, dataDirectory);
  return { app, store };
}

async function keepMessages(
  app: EmbeddedApp,
  { sqsStore, snsStore }: Stores,
  directory: string,
): Promise<void> {
  const { PersistenceManager } = await internal<{
    PersistenceManager: new (directory: string) => Persistence;
  }>("./persistence.js");
  const persistence = new PersistenceManager(directory);
  databaseOf(persistence).exec(KEPT_OVER_A_KILL);
  // It writes null where the table takes none, and the message would be gone until the next start. Left as it is, the row
  // says "in flight" for a while longer, which a start forgives.
  persistence.updateMessageReady = () => undefined;
  persistence.loadSqsAndSns(sqsStore, snsStore); // before the store knows it: loading would write everything back
  sqsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
  app.addHook("onClose", async () => persistence.close());
}

/**
 * A write waits for the disk's cache no more, which it would do nine times for each run, in the way of everything else.
 * What was written outlives the process however that ends; only a power failure may take the last moments.
 */
const KEPT_OVER_A_KILL = "PRAGMA synchronous = NORMAL";

const databaseOf = (persistence: Persistence) => Reflect.get(persistence, "db") as DatabaseSync;

async function internal<T>(file: string): Promise<T> {
  return import(new URL(file, import.meta.resolve("fauxqs")).href);
}
