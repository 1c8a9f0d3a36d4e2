// What can go wrong with a file operation, and where: the words that the tests and the injector share.

/** Who does it: the command's main thread, a worker thread, a program's process. */
export type Role = "command" | "worker" | "program"

export type Operation = "create" | "write" | "fsync" | "close" | "rename" | "remove" | "mkdir" | "read" | "list"

/**
 * kill: everything ends with kill -9 before the operation. torn: the same in the middle of a write. full: no space, from
 * here on. broken: an i/o error, once. short: a write writes half and says so.
 */
export type What = "kill" | "torn" | "full" | "broken" | "short"

/** One operation of a run. */
export interface Place {
  readonly role: Role
  readonly operation: Operation
  /** Counted from 1, in each thread and process. */
  readonly at: number
}

export interface Fault extends Place {
  readonly what: What
}
