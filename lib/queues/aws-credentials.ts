/** The door through which the SDK's chain of credentials is loaded. It renews what expires. */
export { defaultProvider } from "@aws-sdk/credential-provider-node";
