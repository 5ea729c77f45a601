import type { CoreV1Event, V1Job, V1Pod } from "@kubernetes/client-node";

/** The library's types are those of its parsed objects; on the wire, which is what we read, a date is a string. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export type Job = Wire<V1Job>;
export type Pod = Wire<V1Pod>;
export type ApiEvent = Wire<CoreV1Event>;

export interface ApiList<Item> {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly Item[];
}

/** `metav1.Status`: the body of every answer that is not a success. */
export interface ApiStatus {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: {
    readonly kind?: string;
    readonly name?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly {
      readonly reason?: string;
      readonly field?: string;
      readonly message?: string;
    }[];
  };
}
