import { describe, expect, test } from "vitest";
import {
  causeOfPull,
  explainsPull,
} from "../../../../lib/backends/kubernetes/judge/image-cause.ts";

/** As containerd tells it of an image and the registry's answer. */
const failed = (image: string, answer: string) =>
  `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${answer}`;

const HEAD = "unexpected status from HEAD request to http://localhost:40312/v2/app/manifests/1";
const DIGEST = `sha256:${"401404403".repeat(7)}5`;

describe("the cause of a failed pull", () => {
  test.each([
    ["a plain image", "registry.example/app:1"],
    ["a port like a status", "localhost:40312/app:1"],
    ["a digest with a status among its digits", `registry.example/app@${DIGEST}`],
    ["a tag like a status", "app:403"],
    ["words like a refusal", "denied/forbidden:unauthorized"],
  ])("is the registry's answer, whatever the image is called: %s", (_, image) => {
    const codeOf = (answer: string) => causeOfPull(failed(image, answer)).code;

    expect(codeOf(`${image}: not found`)).toBe("ImageNotFound");
    expect(codeOf(`${HEAD}: 404 Not Found`)).toBe("ImageNotFound");
    expect(codeOf(`${HEAD}: 403 Forbidden`)).toBe("ImageAuth");
    expect(
      codeOf("pull access denied, repository does not exist or may require authorization"),
    ).toBe("ImageAuth");
  });

  test.each([
    [`${HEAD}: 503 Service Unavailable`],
    ["dial tcp 127.0.0.1:40312: connect: connection refused"],
    ['Get "https://registry.example/v2/": net/http: TLS handshake timeout'],
    ["dial tcp: lookup registry.example on 10.0.0.2:53: read udp 10.0.0.4:401: i/o timeout"],
  ])("is the registry where it did not answer: %s", (answer) => {
    expect(causeOfPull(failed("localhost:40312/app:404", answer))).toMatchObject({
      code: "ImageNotFound",
      blame: "platform",
      retryable: true,
    });
  });

  test("is in the registry's own words, too", () => {
    const answer = '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}';

    expect(causeOfPull(failed("registry.example/app:1", answer)).code).toBe("ImageAuth");
  });

  test("is not explained by the kubelet's waiting, whatever the image is called", () => {
    expect(explainsPull('Back-off pulling image "localhost:40412/app:404"')).toBe(false);
    expect(explainsPull(failed("app:1", "app:1: not found"))).toBe(true);
  });
});
