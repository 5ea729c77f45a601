const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACE_HEADER_FIELD = /(?:^|;)\s*(Root|Parent|Sampled)=([^;]+)/g;

/**
 * The W3C trace context of a message: its own `traceparent` attribute, or what X-Ray put into `AWSTraceHeader`
 * (`Root=1-TIME-ID;Parent=ID;Sampled=1`), which holds the same three facts. undefined where neither is well-formed.
 */
export function traceparentOf(
  attribute: string | undefined,
  awsTraceHeader: string | undefined,
): string | undefined {
  if (attribute && TRACEPARENT.test(attribute)) return attribute;
  const fields = Object.fromEntries(
    [...(awsTraceHeader ?? "").matchAll(TRACE_HEADER_FIELD)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  const trace = fields.Root?.replace(/^1-/, "").replaceAll("-", "");
  const translated = `00-${trace}-${fields.Parent}-0${fields.Sampled === "1" ? 1 : 0}`;
  return TRACEPARENT.test(translated) ? translated : undefined;
}
