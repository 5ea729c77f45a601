/** `arn:PARTITION:SERVICE:REGION:ACCOUNT:…` */
const ARN = /^arn:[a-z-]+:[a-z]+:([a-z]+(?:-[a-z]+)+-\d+):/;

/** The region of what an ARN names, for the configuration of an SDK's client; nothing where it is no ARN. */
export function regionOfArn(name: string): { readonly region?: string } {
  const region = ARN.exec(name)?.[1];
  return region ? { region } : {};
}
