import fc from "fast-check";
import { expect, test } from "vitest";
import { toBody } from "../../../lib/queues/message-body.ts";
import { anyText } from "../../support/any-text.ts";
import { isFitForSqs } from "../../support/sqs-text.ts";

test("writes any text so that every server takes it and every receiver reads it back", () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      const value = { [text]: [`\uffff\ufffe\ud83d\ude00\ud800${text}`] };

      const body = toBody(value);

      expect(isFitForSqs(body)).toBe(true);
      expect(body).not.toMatch(/[\ud800-\udfff]/);
      expect(JSON.parse(body)).toEqual(value);
    }),
  );
});
