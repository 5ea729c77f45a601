const under = (prefix: string, fields: string) =>
  fields.split(/\s+/).map((field) => `${prefix}/${field}`);

const POD = "/spec/template/spec";

/** What plain fields of a request and Slipway itself set. */
export const OWN_JOB_FIELDS: readonly string[] = [
  "/apiVersion",
  "/kind",
  ...under("/metadata", "name namespace labels/* annotations/* finalizers/*"),
  ...under(
    "/spec",
    "parallelism completions backoffLimit activeDeadlineSeconds podFailurePolicy/**",
  ),
  "/spec/template/metadata/labels/*",
  ...under(POD, "restartPolicy serviceAccountName"),
  ...under(`${POD}/containers/0`, "name image imagePullPolicy command/* env/*/name env/*/value"),
];

const CONTAINER = `name image imagePullPolicy command/* args/* workingDir env/** envFrom/** resources/**
  resizePolicy/** volumeMounts/** volumeDevices/** terminationMessagePath terminationMessagePolicy stdin stdinOnce tty
  restartPolicy livenessProbe/** readinessProbe/** startupProbe/** lifecycle/** ports/*/name ports/*/protocol
  ports/*/containerPort ports/*/hostPort securityContext/privileged securityContext/allowPrivilegeEscalation
  securityContext/capabilities/** securityContext/readOnlyRootFilesystem securityContext/runAsNonRoot
  securityContext/runAsUser securityContext/runAsGroup securityContext/procMount securityContext/seccompProfile/**
  securityContext/seLinuxOptions/** securityContext/appArmorProfile/**`;

/**
 * What a Job may have in the profiles baseline and restricted; the values of many of these have rules of their own. Not
 * among them: a node by name, another scheduler, host ports' addresses, claims of resources, Windows' host processes.
 */
export const PROFILE_JOB_FIELDS: readonly string[] = [
  ...under(
    "/spec",
    `completionMode backoffLimitPerIndex maxFailedIndexes podReplacementPolicy suspend manualSelector managedBy
    successPolicy/** ttlSecondsAfterFinished`,
  ),
  ...under("/spec/template/metadata", "name namespace annotations/*"),
  ...under(
    POD,
    `activeDeadlineSeconds terminationGracePeriodSeconds serviceAccount automountServiceAccountToken imagePullSecrets/**
    nodeSelector/* affinity/** tolerations/** topologySpreadConstraints/** priorityClassName preemptionPolicy
    hostNetwork hostPID hostIPC hostUsers hostname subdomain setHostnameAsFQDN hostAliases/** dnsPolicy dnsConfig/**
    enableServiceLinks shareProcessNamespace runtimeClassName resources/** os/name volumes/**
    securityContext/runAsNonRoot securityContext/runAsUser securityContext/runAsGroup
    securityContext/supplementalGroups/* securityContext/supplementalGroupsPolicy securityContext/fsGroup
    securityContext/fsGroupChangePolicy securityContext/seccompProfile/** securityContext/seLinuxOptions/**
    securityContext/seLinuxChangePolicy securityContext/appArmorProfile/** securityContext/sysctls/**`,
  ),
  ...under(`${POD}/containers/*`, CONTAINER),
  ...under(`${POD}/initContainers/*`, CONTAINER),
];
