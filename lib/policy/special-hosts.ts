import { BlockList, isIP } from "node:net";

const LOOPBACK = ranges(["127.0.0.0", 8], ["::1", 128], ["0.0.0.0", 8], ["::", 128]);
/** Where clouds keep credentials, among them EC2's IPv6 and Alibaba's IPv4 metadata address. */
const LINK_LOCAL = ranges(
  ["169.254.0.0", 16],
  ["fe80::", 10],
  ["fd00:ec2::", 32],
  ["fd20:ce::", 32],
  ["100.100.100.200", 32],
);
const METADATA_NAME =
  /^(?:metadata(?:\.google\.internal|\.goog)?|instance-data(?:\.ec2\.internal)?)\.?$/;

export type HostKind = "loopback" | "link-local" | "ordinary";

/**
 * What a host's address, or its name as far as names tell, leads to. Addresses are read as every URL parser reads them:
 * decimal, octal, hexadecimal, short and IPv4-in-IPv6 ones too. undefined where it is no host.
 *
 * @param host with or without a port
 */
export function kindOfHost(host: string): HostKind | undefined {
  const url = URL.parse(`http://${host}/`);
  if (url?.pathname !== "/" || url.username || url.search || url.hash) return undefined;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const family = isIP(name);
  if (family === 0) return kindOfName(name);
  const type = family === 4 ? "ipv4" : "ipv6";
  if (LOOPBACK.check(name, type)) return "loopback";
  return LINK_LOCAL.check(name, type) ? "link-local" : "ordinary";
}

function kindOfName(name: string): HostKind {
  if (METADATA_NAME.test(name)) return "link-local";
  return /(?:^|\.)localhost\.?$/.test(name) ? "loopback" : "ordinary";
}

function ranges(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of subnets)
    list.addSubnet(address, bits, isIP(address) === 4 ? "ipv4" : "ipv6");
  return list;
}
