import type { BundledPackage } from "./bundle-contents.ts";

/** One entry of `packages` in package-lock.json, as npm 7 and newer write it. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Licences that ask for no more than their text and a notice. */
const LICENSES = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-3.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
  "WTFPL",
]);

/** A range would let two installations of one commit differ. */
export function unpinned(manifest: Manifest): string[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name}: expected one exact version, got ${version}`);
}

/** Without a hash, a registry or a cache could hand out another package under the same version. */
export function withoutIntegrity(packages: LockedPackages): string[] {
  return installed(packages)
    .filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))
    .map(([name]) => `${name}: expected a sha512 integrity in the lock file`);
}

/** @param licenseOf what the package's own manifest says: the lock file leaves out the old form, a list `licenses` */
export function withOtherLicense(
  packages: LockedPackages,
  licenseOf: (path: string) => string | undefined,
): string[] {
  return installed(packages)
    .map(([path, { license }]) => [path, license ?? licenseOf(path)] as const)
    .filter(([, license]) => !isAllowed(license))
    .map(([path, license]) => `${path}: expected a permissive license, got ${license ?? "none"}`);
}

/** `(A OR B)` needs one that is allowed, `(A AND B)` both. */
function isAllowed(license: string | undefined): boolean {
  const terms = (license ?? "").replaceAll(/[()]/g, "").split(" OR ");
  return terms.some((term) => term.split(" AND ").every((name) => LICENSES.has(name)));
}

/** Two majors of one package are twice its code, and their types and `instanceof` do not fit each other. */
export function duplicateMajors(bundle: string, packages: readonly BundledPackage[]): string[] {
  const byName = Map.groupBy(packages, ({ name }) => name);
  return [...byName].flatMap(([name, copies]) => {
    const majors = new Set(copies.map(({ version }) => version.split(".")[0]));
    const versions = copies.map(({ version }) => version).join(", ");
    return majors.size < 2 ? [] : [`${bundle} holds ${name} in several majors: ${versions}`];
  });
}

/** Without the root and what it links to. */
const installed = (packages: LockedPackages) =>
  Object.entries(packages).filter(([path, { link }]) => path !== "" && !link);
