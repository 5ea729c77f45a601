/** Go's JSON decoder compares keys by Unicode's simple folding: `ſ` is an s and the Kelvin sign a k. */
export const foldKey = (key: string) => key.toUpperCase().toLowerCase();
