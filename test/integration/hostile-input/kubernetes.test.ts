import { CANARY, describeBadInputs, request } from "./support/bad-inputs.ts";

const POD = "/spec/template/spec";
const MAIN = `${POD}/containers/0`;
const FIRST = "infrastructure.customizations[0]";

const aJob = (fields: Record<string, unknown>) =>
  request({ type: "kubernetes-job", image: "busybox", env: { TOKEN: CANARY }, ...fields });
const patched = (...customizations: object[]) => aJob({ customizations });
const add = (path: string, value: unknown) => ({ op: "add", path, value });
const inMain = (field: string, value: unknown) => patched(add(`${MAIN}/${field}`, value));
const inPod = (field: string, value: unknown) => patched(add(`${POD}/${field}`, value));
const based = (fields: Record<string, unknown>) =>
  aJob({
    job: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { labels: {} },
      spec: {
        parallelism: 1,
        completions: 1,
        template: {
          spec: {
            parallelism: 1,
            completions: 1,
            restartPolicy: "Never",
            containers: [{ name: "prefect-job", env: [] }],
          },
        },
      },
      ...fields,
    },
  });

/** They can never keep our promises, whatever the operator allows. */
describeBadInputs("a hostile Job", {}, [
  {
    name: "24: a Pod for a Job",
    sent: based({ kind: "Pod" }),
    message: /\/kind must have value "Job"/,
  },
  {
    name: "24: a List for a Job",
    sent: based({ kind: "List" }),
    message: /\/kind must have value "Job"/,
  },
  {
    name: "24: another API",
    sent: based({ apiVersion: "x.io/v1" }),
    message: /\/apiVersion must have value "batch\/v1"/,
  },
  {
    name: "25: another namespace by patch",
    sent: patched(add("/metadata/namespace", "kube-system")),
    path: FIRST,
    message: /namespace is "kube-system"; expected default/,
  },
  {
    name: "26: another name",
    sent: patched(add("/metadata/name", "mine")),
    path: FIRST,
    message: /\/metadata\/name is "mine"; expected none/,
  },
  {
    name: "26: a generated name",
    sent: patched(add("/metadata/generateName", "x-")),
    path: FIRST,
    message: /generateName is "x-"; expected none/,
  },
  {
    name: "27: our labels",
    sent: patched(add("/metadata/labels/slipway.dev~1open", "false")),
    path: FIRST,
    message: /expected none: slipway\.dev\/ is for Slipway to set/,
  },
  {
    name: "27: our labels by field",
    sent: aJob({ labels: { "slipway.dev/run": "x" } }),
    message: /slipway\.dev/,
  },
  {
    name: "27: our annotations",
    sent: patched(add("/metadata/annotations", { "slipway.dev/id": "x" })),
    path: FIRST,
    message: /expected none: slipway\.dev\/ is for Slipway to set/,
  },
  {
    name: "28: a finalizer",
    sent: patched(add("/metadata/finalizers", ["x.io/y"])),
    path: FIRST,
    message: /finalizers .*expected none/,
  },
  {
    name: "29: an owner that is not there",
    sent: patched(add("/metadata/ownerReferences", [{ uid: "0" }])),
    path: FIRST,
    message: /ownerReferences .*expected none/,
  },
  {
    name: "30: a negative TTL",
    sent: patched(add("/spec/ttlSecondsAfterFinished", -1)),
    path: FIRST,
    message: /ttlSecondsAfterFinished is -1; expected a whole number/,
  },
  {
    name: "31: suspended by a text",
    sent: patched(add("/spec/suspend", "yes")),
    path: FIRST,
    message: /suspend is "yes"; expected true or false/,
  },
  {
    name: "32: managed by others",
    sent: patched(add("/spec/managedBy", "x.io/y")),
    path: FIRST,
    message: /managedBy is "x\.io\/y"; expected kubernetes\.io\/job-controller/,
  },
  {
    name: "33: a million pods at once",
    sent: patched(add("/spec/parallelism", 1e6)),
    path: FIRST,
    message: /parallelism is 1000000; expected a whole number/,
  },
  {
    name: "33: a million pods in all",
    sent: patched(add("/spec/completions", 1e6)),
    path: FIRST,
    message: /completions is 1000000; expected a whole number/,
  },
  {
    name: "34: retries beyond numbers",
    sent: patched(add("/spec/backoffLimit", 2 ** 31)),
    path: FIRST,
    message: /backoffLimit is 2147483648; expected a whole number/,
  },
  {
    name: "35: the pods of another Job",
    sent: patched(add("/spec/manualSelector", true)),
    path: FIRST,
    message: /manualSelector is true; expected false/,
  },
  {
    name: "35: a selector of its own",
    sent: patched(add("/spec/selector", { matchLabels: { a: "b" } })),
    path: FIRST,
    message: /selector .*expected none/,
  },
  {
    name: "44: thirty years to say goodbye",
    sent: inPod("terminationGracePeriodSeconds", 1e9),
    path: FIRST,
    message: /terminationGracePeriodSeconds is 1000000000; expected a whole number/,
  },
  {
    name: "46: an image that is an option",
    sent: aJob({ image: "-v/:/h" }),
    path: "infrastructure.image",
    message: /expected the reference of an image, got "-v\/:\/h"/,
  },
  {
    name: "46: an image with a space",
    sent: aJob({ image: "a b" }),
    path: "infrastructure.image",
    message: /expected the reference of an image, got a text of 3 characters/,
  },
  {
    name: "46: an image with a line end",
    sent: aJob({ image: "a\nb" }),
    path: "infrastructure.image",
    message: /expected the reference of an image/,
  },
  {
    name: "47: a variable that is none",
    sent: aJob({ env: { "A=B": CANARY } }),
    path: "infrastructure.env[A=…]",
    message: /not a name for an environment variable/,
  },
  {
    name: "48: no time at all",
    sent: patched(add("/spec/activeDeadlineSeconds", 0)),
    path: FIRST,
    message: /activeDeadlineSeconds is 0; expected a whole number from 1/,
  },
  {
    name: "48: negative time",
    sent: patched(add("/spec/activeDeadlineSeconds", -1)),
    path: FIRST,
    message: /activeDeadlineSeconds is -1/,
  },
  {
    name: "48: half a second",
    sent: patched(add("/spec/activeDeadlineSeconds", 1.5)),
    path: FIRST,
    message: /activeDeadlineSeconds is 1\.5/,
  },
  {
    name: "48: no number",
    sent: patched(add("/spec/activeDeadlineSeconds", "NaN")),
    path: FIRST,
    message: /activeDeadlineSeconds is "NaN"/,
  },
  {
    name: "48: no timeout",
    sent: aJob({ timeout_seconds: 0 }),
    path: "infrastructure.timeout_seconds",
    message: /expected number to be >0, got 0/,
  },
  {
    name: "49: started again for ever",
    sent: patched({ op: "replace", path: `${POD}/restartPolicy`, value: "Always" }),
    path: FIRST,
    message: /restartPolicy is "Always"; expected Never or OnFailure/,
  },
]);

describeBadInputs("a hostile JSON patch", {}, [
  {
    name: "50: /__proto__",
    sent: patched(add("/__proto__/polluted", true)),
    path: FIRST,
    message: /__proto__/,
  },
  {
    name: "51: /constructor/prototype",
    sent: patched(add("/constructor/prototype/polluted", true)),
    path: FIRST,
    message: /constructor/,
  },
  {
    name: "51: the same, as its source",
    sent: patched({ op: "copy", from: "/constructor/prototype", path: "/metadata/labels" }),
    path: FIRST,
    message: /constructor/,
  },
  {
    name: "52: the root for a text",
    sent: patched({ op: "replace", path: "", value: CANARY }),
    path: FIRST,
    message: /expected/,
  },
  {
    name: "52: the root for nothing",
    sent: patched({ op: "remove", path: "" }),
    path: FIRST,
    message: /remove ""|expected/,
  },
  {
    name: "53: finalizers that are not there yet",
    sent: patched({ op: "remove", path: "/metadata/finalizers" }),
    path: FIRST,
    message: /there is nothing at/,
  },
  {
    name: "54: a copy that doubles thirty times",
    sent: patched(
      add("/metadata/annotations", { a: "x".repeat(100) }),
      ...Array.from({ length: 30 }, (_, at) => ({
        op: "copy",
        from: "/metadata/annotations",
        path: `/metadata/annotations/b${at}`,
      })),
    ),
    message: /too|larger|texts by names|deep/,
  },
  {
    name: "55: a test that fails",
    sent: patched({ op: "test", path: "/kind", value: "Pod" }),
    path: FIRST,
    message: /test "\/kind"/,
  },
  {
    name: "56: a move into its own child",
    sent: patched({ op: "move", from: "/spec", path: "/spec/template" }),
    path: FIRST,
    message: /move "\/spec\/template"/,
  },
  {
    name: "57: beyond a list",
    sent: patched(add(`${POD}/containers/7`, {})),
    path: FIRST,
    message: /containers\/7/,
  },
  {
    name: "57: an index with a zero",
    sent: patched(add(`${POD}/containers/01`, {})),
    path: FIRST,
    message: /containers\/01/,
  },
  {
    name: "57: an index in digits and letters",
    sent: patched(add(`${POD}/containers/1e3`, {})),
    path: FIRST,
    message: /containers\/1e3/,
  },
  {
    name: "57: the end, to be removed",
    sent: patched({ op: "remove", path: `${POD}/containers/-` }),
    path: FIRST,
    message: /containers\/-/,
  },
  {
    name: "58: an escape that is none",
    sent: patched(add("/metadata/labels/a~2b", "x")),
    path: `${FIRST}.path`,
    message: /expected a JSON pointer/,
  },
  {
    name: "an operation that is none",
    sent: patched({ op: "merge", path: "/a", value: CANARY }),
    path: `${FIRST}.op`,
    message: /expected one of .*got "merge"/,
  },
]);

describeBadInputs("a Job that the profile baseline forbids", { policy: { profile: "baseline" } }, [
  {
    name: "25: a namespace of the cluster's own",
    sent: aJob({ namespace: "kube-system" }),
    code: "Denied",
    path: "/metadata/namespace",
    message: /rule namespaces .*got "kube-system"/,
  },
  {
    name: "36: the host's root",
    sent: inPod("volumes", [{ name: "v", hostPath: { path: "/" } }]),
    code: "Denied",
    path: `${POD}/volumes/0/hostPath/path`,
    message: /rule host-paths .*got "\/", expected none/,
  },
  {
    name: "36: Docker's socket",
    sent: inPod("volumes", [{ name: "v", hostPath: { path: "/var/run/docker.sock" } }]),
    code: "Denied",
    message: /rule host-paths/,
  },
  {
    name: "37: the host's network",
    sent: inPod("hostNetwork", true),
    code: "Denied",
    path: `${POD}/hostNetwork`,
    message: /rule host-namespaces .*got true/,
  },
  {
    name: "37: the host's processes",
    sent: inPod("hostPID", true),
    code: "Denied",
    message: /rule host-namespaces/,
  },
  {
    name: "37: the host's IPC",
    sent: inPod("hostIPC", true),
    code: "Denied",
    message: /rule host-namespaces/,
  },
  {
    name: "38: privileged",
    sent: inMain("securityContext", { privileged: true }),
    code: "Denied",
    message: /rule privileged .*got true/,
  },
  {
    name: "38: a capability",
    sent: inMain("securityContext", { capabilities: { add: ["SYS_ADMIN"] } }),
    code: "Denied",
    message: /rule capabilities .*got "SYS_ADMIN"/,
  },
  {
    name: "38: /proc unmasked",
    sent: inMain("securityContext", { procMount: "Unmasked" }),
    code: "Denied",
    message: /rule proc-mount .*got "Unmasked"/,
  },
  {
    name: "40: a privileged init container",
    sent: inPod("initContainers", [
      { name: "i", image: "busybox", securityContext: { privileged: true } },
    ]),
    code: "Denied",
    message: /rule privileged/,
  },
  {
    name: "40: an ephemeral container",
    sent: inPod("ephemeralContainers", [{ name: "e", image: "busybox" }]),
    code: "Denied",
    path: `${POD}/ephemeralContainers`,
    message: /rule fields/,
  },
  {
    name: "41: a node by its name",
    sent: inPod("nodeName", "control-plane"),
    code: "Denied",
    path: `${POD}/nodeName`,
    message: /rule fields .*got "control-plane"/,
  },
  {
    name: "41: the control plane tolerated",
    sent: inPod("tolerations", [{ operator: "Exists" }]),
    code: "Denied",
    message: /rule tolerations/,
  },
  {
    name: "43: the cluster's own priority",
    sent: inPod("priorityClassName", "system-node-critical"),
    code: "Denied",
    message: /rule priority-classes .*got "system-node-critical"/,
  },
  {
    name: "45: a working directory of the runtime's",
    sent: inMain("workingDir", "/proc/self/fd/8"),
    code: "Denied",
    message: /rule working-directory .*got "\/proc\/self\/fd\/8"/,
  },
  {
    name: "79: the loader's variable",
    sent: aJob({ env: { LD_PRELOAD: CANARY } }),
    code: "Denied",
    message: /rule env-names .*got "LD_PRELOAD"/,
  },
  {
    name: "a registry where credentials are kept",
    sent: aJob({ image: "169.254.169.254/x" }),
    code: "Denied",
    message: /rule special-hosts .*got "169\.254\.169\.254"/,
  },
]);

describeBadInputs(
  "a Job that the profile restricted forbids",
  { policy: { profile: "restricted" } },
  [
    {
      name: "39: a powerful service account",
      sent: aJob({ service_account_name: "admin" }),
      code: "Denied",
      path: `${POD}/serviceAccountName`,
      message: /rule service-accounts .*got "admin", expected one of default/,
    },
    {
      name: "42: a foreign secret",
      sent: inMain("env", [
        { name: "A", valueFrom: { secretKeyRef: { name: "admin", key: "k" } } },
      ]),
      code: "Denied",
      message: /rule secrets .*expected none/,
    },
    {
      name: "42: all of a foreign secret",
      sent: inMain("envFrom", [{ secretRef: { name: "admin" } }]),
      code: "Denied",
      message: /rule secrets/,
    },
    {
      name: "42: a projected secret",
      sent: inPod("volumes", [
        { name: "v", projected: { sources: [{ secret: { name: "admin" } }] } },
      ]),
      code: "Denied",
      message: /rule secrets/,
    },
  ],
);

const inline = (cluster: object, user: object, more: object = {}) =>
  aJob({
    cluster_config: {
      config: {
        apiVersion: "v1",
        kind: "Config",
        "current-context": "x",
        contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
        clusters: [{ name: "x", cluster: { server: "https://203.0.113.1", ...cluster } }],
        users: [{ name: "x", user }],
        ...more,
      },
      context_name: "x",
    },
  });
const token = { token: CANARY };

describeBadInputs("a hostile kubeconfig", {}, [
  {
    name: "72: a program",
    sent: inline({}, { exec: { command: "sh", args: ["-c", CANARY] } }),
    message: /exec.*would run a program on the launcher/,
  },
  {
    name: "73: an auth provider",
    sent: inline({}, { "auth-provider": { config: { "cmd-path": CANARY } } }),
    message: /auth-provider.*would run a program/,
  },
  {
    name: "74: a file as token",
    sent: inline({}, { tokenFile: "/proc/self/environ" }),
    message: /tokenFile.*would read a file of the launcher/,
  },
  {
    name: "75: a file as authority",
    sent: inline({ "certificate-authority": "/etc/passwd" }, token),
    message: /certificate-authority.*would read a file/,
  },
  {
    name: "75: a file as key",
    sent: inline({}, { "client-key": "/etc/passwd" }),
    message: /client-key.*would read a file/,
  },
  {
    name: "76: no verification",
    sent: inline({ "insecure-skip-tls-verify": true }, token),
    message: /insecure-skip-tls-verify.*anybody could answer/,
  },
  {
    name: "77: a proxy",
    sent: inline({ "proxy-url": "http://169.254.169.254" }, token),
    message: /proxy-url.*lead the connection elsewhere/,
  },
  {
    name: "78: an alias bomb of YAML",
    sent: aJob({ cluster_config: `a: &a [x,x]\nb: &b [*a,*a]\ntoken: ${CANARY}` }),
    message: /no clusters entry/,
  },
  {
    name: "plain http",
    sent: inline({ server: "http://203.0.113.1" }, token),
    message: /expected the API server's https:\/\/ address/,
  },
  {
    name: "a server that is none of ours",
    sent: inline({}, token),
    message: /none of the clusters of the configuration/,
  },
  {
    name: "a token with a line end",
    sent: inline({}, { token: `${CANARY}\nX-Evil: 1` }),
    message: /expected a token without white space/,
  },
]);
