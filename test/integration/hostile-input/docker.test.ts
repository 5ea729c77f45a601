import { hashRunId } from "../../../lib/runs/names.ts";
import { anId } from "../../support/builders.ts";
import { CANARY, describeBadInputs, request } from "./support/bad-inputs.ts";

const aContainer = (fields: Record<string, unknown>) =>
  request({ type: "docker-container", image: "busybox", env: { TOKEN: CANARY }, ...fields });
const hostOptions = (HostConfig: object) => aContainer({ create_options: { HostConfig } });
const OPTIONS = "infrastructure.create_options";
const other = hashRunId(anId());

/** They can never keep our promises, whatever the operator allows. */
describeBadInputs("a hostile container", {}, [
  {
    name: "59: a volume without a path",
    sent: aContainer({ volumes: ["data"] }),
    path: "infrastructure.volumes[0]",
    message: /Invalid volume specification\. Expected format 'path:container_path', but got 'data'/,
  },
  {
    name: "59: the mark of another run",
    sent: aContainer({ volumes: [`slipway-${other}.done:/x`] }),
    path: "infrastructure.volumes",
    message: /by which Slipway remembers a run/,
  },
  {
    name: "64: removed by the engine",
    sent: hostOptions({ AutoRemove: true }),
    path: `${OPTIONS}.HostConfig.AutoRemove`,
    message: /must stay false/,
  },
  {
    name: "64: in another spelling",
    sent: hostOptions({ autoremove: true }),
    path: `${OPTIONS}.HostConfig.autoremove`,
    message: /is spelled AutoRemove/,
  },
  {
    name: "64: restarted for ever",
    sent: hostOptions({ RestartPolicy: { Name: "always" } }),
    path: `${OPTIONS}.HostConfig.RestartPolicy`,
    message: /a run is started once/,
  },
  {
    name: "66: our labels",
    sent: aContainer({ labels: { "slipway.dev/run": "x" } }),
    message: /kept for Slipway itself/,
  },
  {
    name: "66: our labels by options",
    sent: aContainer({ create_options: { Labels: { "dev.slipway.run": "x" } } }),
    path: `${OPTIONS}.Labels`,
    message: /kept for Slipway itself/,
  },
  {
    name: "67: memory beyond numbers",
    sent: aContainer({ mem_limit: "1e999g" }),
    path: "infrastructure.mem_limit",
    message: /expected bytes.*got a text of 6 characters/,
  },
  {
    name: "67: negative memory",
    sent: aContainer({ mem_limit: "-1" }),
    path: "infrastructure.mem_limit",
    message: /expected bytes.*got "-1"/,
  },
  {
    name: "67: no CPU",
    sent: aContainer({ cpus: 0 }),
    path: "infrastructure.cpus",
    message: /expected number to be >0, got 0/,
  },
  {
    name: "68: the name of another container",
    sent: aContainer({ create_options: { name: "mine" } }),
    path: `${OPTIONS}.name`,
    message: /is set by the field name/,
  },
  {
    name: "69: an image from where credentials are kept",
    sent: aContainer({ image: "169.254.169.254:80/x" }),
    code: "ImageInvalid",
    message: /169\.254\.169\.254.*link-local/,
  },
  {
    name: "70: line ends in a password's neighbour",
    sent: aContainer({
      image_registry: { username: "u", password: CANARY, registry_url: "x\r\nX-Evil: 1" },
    }),
    code: "Denied",
    path: "infrastructure.image_registry.registry_url",
    message: /rule special-hosts/,
  },
  {
    name: "71: a Docker host of its own",
    sent: aContainer({ docker_host: "ssh://-oProxyCommand=x" }),
    path: "infrastructure.docker_host",
    message: /has no docker_hosts entry a text of 22 characters/,
  },
  {
    name: "71: a socket with dots",
    sent: aContainer({ docker_host: "unix:///var/run/../run/docker.sock" }),
    path: "infrastructure.docker_host",
    message: /has no docker_hosts entry/,
  },
  {
    name: "71: tcp without TLS",
    sent: aContainer({ docker_host: `tcp://u:${CANARY}@10.0.0.1` }),
    path: "infrastructure.docker_host",
    message: /has no docker_hosts entry/,
  },
  {
    name: "46: an image that is an option",
    sent: aContainer({ image: "-v/:/h" }),
    code: "ImageInvalid",
    message: /"-v\/:\/h" is not an image reference/,
  },
  {
    name: "46: an image with a line end",
    sent: aContainer({ image: "a\nb" }),
    code: "ImageInvalid",
    message: /is not an image reference/,
  },
  {
    name: "a variable by options",
    sent: aContainer({ create_options: { Env: [`A=${CANARY}`] } }),
    path: `${OPTIONS}.Env`,
    message: /is set by the field env/,
  },
  {
    name: "networks and a mode",
    sent: aContainer({ networks: ["a"], network_mode: "host" }),
    path: "infrastructure.network_mode",
    message: /cannot be set together/,
  },
]);

describeBadInputs(
  "a container that the profile baseline forbids",
  { policy: { profile: "baseline" } },
  [
    {
      name: "59: the host's root",
      sent: aContainer({ volumes: ["/:/h"] }),
      code: "Denied",
      path: "/HostConfig/Binds/0",
      message: /rule host-paths .*got "\/", expected none/,
    },
    {
      name: "59: a path with dots",
      sent: aContainer({ volumes: ["/data/../etc:/h"] }),
      code: "Denied",
      message: /rule host-paths/,
    },
    {
      name: "59: Docker's socket",
      sent: aContainer({ volumes: ["/var/run/docker.sock:/s"] }),
      code: "Denied",
      message: /rule host-paths/,
    },
    {
      name: "60: another container's volumes",
      sent: hostOptions({ VolumesFrom: ["x"] }),
      code: "Denied",
      path: "/HostConfig/VolumesFrom",
      message: /rule fields/,
    },
    {
      name: "61: the host's network",
      sent: aContainer({ network_mode: "host" }),
      code: "Denied",
      message: /rule host-namespaces .*got "host"/,
    },
    {
      name: "61: another container's network",
      sent: aContainer({ network_mode: "container:x" }),
      code: "Denied",
      message: /rule host-namespaces .*got "container:x"/,
    },
    {
      name: "62: the host's processes",
      sent: hostOptions({ PidMode: "host" }),
      code: "Denied",
      message: /rule host-namespaces/,
    },
    {
      name: "62: the host's IPC",
      sent: hostOptions({ IpcMode: "host" }),
      code: "Denied",
      message: /rule host-namespaces/,
    },
    {
      name: "62: the host's users",
      sent: hostOptions({ UsernsMode: "host" }),
      code: "Denied",
      message: /rule host-namespaces/,
    },
    {
      name: "62: a parent of cgroups",
      sent: hostOptions({ CgroupParent: "/x" }),
      code: "Denied",
      message: /rule fields/,
    },
    {
      name: "63: a device",
      sent: aContainer({ devices: ["/dev/sda"] }),
      code: "Denied",
      message: /rule devices .*got "\/dev\/sda"/,
    },
    {
      name: "63: seccomp off",
      sent: hostOptions({ SecurityOpt: ["seccomp=unconfined"] }),
      code: "Denied",
      message: /rule seccomp .*got "unconfined"/,
    },
    {
      name: "63: another runtime",
      sent: hostOptions({ Runtime: "evil" }),
      code: "Denied",
      message: /rule runtime-classes .*got "evil"/,
    },
    {
      name: "65: a log that leaves the host",
      sent: hostOptions({
        LogConfig: { Type: "syslog", Config: { "syslog-address": "tcp://203.0.113.1" } },
      }),
      code: "Denied",
      message: /rule log-drivers .*got "syslog"/,
    },
    {
      name: "69: an image from loopback",
      sent: aContainer({ image: "localhost:5000/x" }),
      code: "Denied",
      message: /rule special-hosts .*got "localhost:5000"/,
    },
    {
      name: "38: privileged",
      sent: aContainer({ privileged: true }),
      code: "Denied",
      message: /rule privileged .*got true/,
    },
    {
      name: "38: a capability",
      sent: aContainer({ cap_add: ["ALL"] }),
      code: "Denied",
      message: /rule capabilities .*got "ALL"/,
    },
    {
      name: "45: a working directory of the runtime's",
      sent: aContainer({ working_dir: "/proc/self/fd/8" }),
      code: "Denied",
      message: /rule working-directory/,
    },
    {
      name: "79: the loader's variable",
      sent: aContainer({ env: { LD_PRELOAD: CANARY } }),
      code: "Denied",
      message: /rule env-names .*got "LD_PRELOAD"/,
    },
  ],
);

describeBadInputs(
  "credentials that may not come along",
  { policy: { inline_credentials: false } },
  [
    {
      name: "70: of a registry",
      sent: aContainer({ image_registry: { username: "u", password: CANARY } }),
      code: "Denied",
      path: "infrastructure.image_registry",
      message: /rule inline-credentials .*got a value of type object, expected the name of one/,
    },
  ],
);
