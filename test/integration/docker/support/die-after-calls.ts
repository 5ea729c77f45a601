import http from "node:http";
import https from "node:https";

/**
 * Loaded before the victim: counts its calls that change something on the engine, and kills the victim before the one
 * that is one too many. The calls themselves are the real ones.
 */
const { calls } = JSON.parse(process.env.VICTIM ?? "{}") as { calls: number };
let left = calls;

type Request = (options: http.RequestOptions, ...rest: unknown[]) => http.ClientRequest;

const mortal =
  (request: Request): Request =>
  (options, ...rest) => {
    if (options.method !== "GET" && left-- <= 0) process.kill(process.pid, "SIGKILL");
    return request(options, ...rest);
  };

http.request = mortal(http.request as Request) as typeof http.request;
https.request = mortal(https.request as Request) as typeof https.request;
