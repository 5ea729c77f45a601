import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A folder with `ca.pem`, `cert.pem` and `key.pem` of a client and `server.pem`, `server-key.pem`, for 127.0.0.1. */
export async function createCertificates(folder: string, days = 2): Promise<string> {
  await mkdir(folder, { recursive: true });
  const openssl = (...given: string[]) =>
    execFileSync("openssl", given, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca-key.pem",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=ca",
  );
  await writeFile(
    join(folder, "extensions"),
    "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth",
  );
  for (const [name, certificate, keyFile] of [
    ["server", "server.pem", "server-key.pem"],
    ["client", "cert.pem", "key.pem"],
  ] as const) {
    openssl("req", ...key, "-keyout", keyFile, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const signing = [
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca-key.pem",
      "-CAcreateserial",
      "-days",
      String(days),
    ];
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signing,
      "-out",
      certificate,
      "-extfile",
      "extensions",
    );
  }
  return folder;
}
