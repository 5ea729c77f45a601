/**
 * Engines tell causes apart by their words alone, and put the request's own words between them: an image
 * `denied/app:401`, a command `timeout`, a digest with 403 among its digits. Those say nothing about why.
 */

/** Words with a path, a digest, a port or a tag in them. */
const NAMES = /\S*[/@]\S*|\S+:[\w.]\S*/g;

const QUOTED = /"[^"]*"|'[^'\s]*'/g; // an apostrophe begins no quotation

/** The message of a failed pull without the names in it; for telling causes apart only. */
export const withoutNames = (message: string): string => message.replace(NAMES, "…");

/** A message without what is quoted in it; for telling causes apart only. */
export const withoutQuotes = (message: string): string => message.replace(QUOTED, "…");
