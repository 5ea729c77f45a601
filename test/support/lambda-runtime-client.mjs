// Stands in for AWS's runtime client where that has not been built: loads the handler, asks for events, tells what became of them.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const [, stem, name] = /^(.*)\.([^.]+)$/.exec(process.argv[2]);
const post = (path, body) =>
  fetch(`${api}/${path}`, { method: "POST", body: JSON.stringify(body ?? null) });
const describe = (error) => ({ errorType: error?.name, errorMessage: String(error?.message) });

const path = join(process.env.LAMBDA_TASK_ROOT, `${stem}.js`);
const { [name]: handler } = await import(pathToFileURL(path).href).catch(async (error) => {
  await post("init/error", describe(error));
  process.exit(1);
});

for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: next.headers.get("lambda-runtime-invoked-function-arn"),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  const event = await next.json();
  try {
    await post(`invocation/${id}/response`, await handler(event, context));
  } catch (error) {
    await post(`invocation/${id}/error`, describe(error));
  }
}
