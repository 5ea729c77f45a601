import type { WayToEngine } from "./docker-subject.ts";

/** The engine that `DOCKER_HOST` names, which others use at the same time. */
export function sharedEngine(): { readonly socket: string; readonly way: WayToEngine } {
  const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  return {
    socket: new URL(host).pathname,
    way: { target: "default", env: { DOCKER_HOST: host } },
  };
}
