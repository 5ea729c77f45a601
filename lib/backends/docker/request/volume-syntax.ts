import { posix } from "node:path";

/**
 * Why a Linux engine would refuse one entry of `Binds`, in words that repeat nothing of it; undefined where it would
 * not. The rules are those of moby's `volume/mounts/linux_parser.go`. What only Podman takes is left to the engine.
 */
export function bindProblem(bind: string): string | undefined {
  if (WINDOWS_PATH.test(bind)) return "a path of Windows leads nowhere on a Linux engine";
  const parts = bind.split(":");
  if (parts.length > 3) return `has more than three parts; ${FORM}`;
  const [source = "", target = "", mode = ""] = parts.length === 1 ? ["", bind] : parts;
  if (parts.length > 1 && source === "") return `its source is empty; ${FORM}`;
  if (target === "") return `its path in the container is empty; ${FORM}`;
  if (parts.length === 2 && target.split(",").every(isMode))
    return `has a mode, but no path in the container; ${FORM}`;
  return targetProblem(target.replaceAll("\\", "/")) ?? modeProblem(mode, source.startsWith("/"));
}

const FORM = "expected source:path or source:path:options";
const WINDOWS_PATH = /^[A-Za-z]:(?:\\|\/[^:]*:\/)/;

function targetProblem(target: string): string | undefined {
  if (!target.startsWith("/")) return "its path in the container must be absolute";
  if (posix.normalize(target) === "/") return "its path in the container must not be /";
  return undefined;
}

const COPY = ["nocopy"];
const PROPAGATION = ["private", "rprivate", "slave", "rslave", "shared", "rshared"];
/** Of each kind one at most. */
const KINDS = [["ro", "rw"], ["z", "Z"], PROPAGATION, COPY, ["consistent", "cached", "delegated"]];
const PODMANS =
  /^(?:[OU]|bind|rbind|copy|dev|nodev|exec|noexec|suid|nosuid|idmap|(?:idmap|upperdir|workdir)=.+)$/;

const isMode = (option: string) => KINDS.some((kind) => kind.includes(option));

function modeProblem(mode: string, isPath: boolean): string | undefined {
  if (mode === "") return undefined;
  const options = mode.split(",");
  if (options.some((option) => PODMANS.test(option))) return undefined;
  if (!options.every(isMode)) return `has unknown options; there are ${KINDS.flat().join(", ")}`;
  const doubled = KINDS.find((kind) => options.filter((one) => kind.includes(one)).length > 1);
  if (doubled) return `has more than one option of ${doubled.join(", ")}`;
  if (isPath && options.some((one) => COPY.includes(one)))
    return "nocopy is for named volumes, not for a path of the host";
  if (!isPath && options.some((one) => PROPAGATION.includes(one)))
    return `${PROPAGATION.join(", ")} are for a path of the host, not for a named volume`;
  return undefined;
}
