import type { ImageReference } from "../../../runs/image-reference.ts";
import { LaunchError, withHint } from "../../../runs/launch-error.ts";
import type { AuthConfig } from "../api/image-calls.ts";

/** The login that this machine has for an image's registry. Throws a LaunchError where it cannot be read. */
export type FindLogin = (image: ImageReference) => Promise<AuthConfig | undefined>;

export interface FoundLogin {
  readonly auth?: AuthConfig | undefined;
  /** Why there may be a login that could not be read. */
  readonly trouble?: string;
}

/** A login that cannot be read stands in nobody's way: most images need none. */
export async function tryLogin(image: ImageReference, findLogin: FindLogin): Promise<FoundLogin> {
  try {
    return { auth: await findLogin(image) };
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return { trouble: error.message };
  }
}

/** A pull; where it is refused, the error says which login was sent, or why none was. */
export async function explainLogin({ auth, trouble }: FoundLogin, pull: () => Promise<void>) {
  try {
    await pull();
  } catch (error) {
    const isRefusal =
      error instanceof LaunchError && ["ImageAuth", "ImageNotFound"].includes(error.code);
    if (!isRefusal) throw error;
    if (trouble)
      throw withHint(
        error,
        `${error.hint} The docker program's own login was not used: ${trouble}.`,
      );
    if (!auth || error.code !== "ImageAuth") throw error;
    throw withHint(error, `It was sent the docker program's own login. ${renew(auth)}`);
  }
}

const renew = ({ serveraddress }: AuthConfig) =>
  `Renew that by docker login ${serveraddress}, or set image_registry to credentials for the registry.`;
