/** Words with a path, a digest, a port or a tag in them. */
const NAMES = /\S*[/@]\S*|\S+:[\w.]\S*/g;

/**
 * The message of a failed pull without the names in it: an image `denied/app:401`, or a digest with 403 among its digits,
 * says nothing about why. For telling causes apart only.
 */
export const withoutNames = (message: string): string => message.replace(NAMES, "…");
