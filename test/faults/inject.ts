// Loaded before the command (node --import): counts file operations below a folder, and at the n-th makes one go wrong.
import fs from "node:fs"
import promises from "node:fs/promises"
import { syncBuiltinESMExports } from "node:module"
import { join, resolve, sep } from "node:path"
import { isMainThread } from "node:worker_threads"
import type { Fault, Operation, Role } from "./fault.ts"

const real = { ...fs }

/** What SLUICE_FAULT says: where faults happen, and a folder for the counts and for what all processes must know. */
interface Order {
  readonly root: string
  readonly notes: string
  readonly fault?: Fault
}

const role: Role = !isMainThread
  ? "worker"
  : process.argv[1]?.endsWith("program-process.ts") === true
    ? "program"
    : "command"
let text: string | undefined
let order: Order | undefined
const counts = new Map<Operation, number>()
const paths = new Map<number, string>()

/** The order of now: one process may get several, one after another. */
const orderNow = (): Order | undefined => {
  const now = process.env["SLUICE_FAULT"]
  if (now === text) return order
  text = now
  order = now === undefined || now === "" ? undefined : (JSON.parse(now) as Order)
  counts.clear()
  return order
}

const below = (path: unknown): string | undefined => {
  const now = orderNow()
  if (now === undefined || (typeof path !== "string" && !(path instanceof URL))) return undefined
  const whole = resolve(String(path))
  return whole === now.root || whole.startsWith(now.root + sep) ? whole : undefined
}

const numbers = { ENOSPC: -28, EIO: -5 }
const sentences = { ENOSPC: "no space left on device", EIO: "i/o error" }

/** The error as Node makes it. */
const failed = (code: "ENOSPC" | "EIO", syscall: string, path?: string): Error => {
  const message = `${code}: ${sentences[code]}, ${syscall}${path === undefined ? "" : ` '${path}'`}`
  const details = { errno: numbers[code], code, syscall, ...(path === undefined ? {} : { path }) }
  return Object.assign(new Error(message), details)
}

/** Ends every process of the group, as a power cut would. */
const die = (): never => {
  process.kill(0, "SIGKILL")
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** True for the first that asks, among all threads and processes. */
const first = (now: Order): boolean => {
  try {
    real.closeSync(real.openSync(join(now.notes, "happened"), "wx"))
    return true
  } catch {
    return false
  }
}

const needsSpace: ReadonlySet<Operation> = new Set(["create", "write", "fsync", "mkdir"])

/** Counts an operation. Throws or ends the process where it is to go wrong; "part" where only half is to be done. */
const meet = (operation: Operation, syscall: string, path: string, named = true): "whole" | "short" | "torn" => {
  const now = orderNow()!
  const n = (counts.get(operation) ?? 0) + 1
  counts.set(operation, n)
  const { fault } = now
  if (fault === undefined) {
    real.appendFileSync(join(now.notes, "counts"), `${role} ${operation} ${n} ${path}\n`)
    return "whole"
  }
  const place = named ? path : undefined
  if (fault.what === "full" && needsSpace.has(operation) && real.existsSync(join(now.notes, "happened")))
    throw failed("ENOSPC", syscall, place)
  if (fault.role !== role || fault.operation !== operation || fault.at !== n || !first(now)) return "whole"
  switch (fault.what) {
    case "kill":
      return die()
    case "full":
      throw failed("ENOSPC", syscall, place)
    case "broken":
      throw failed("EIO", syscall, place)
    case "short":
      return "short"
    case "torn":
      return "torn"
  }
}

const creates = (flags: unknown): boolean => typeof flags === "string" && /[wax+]/.test(flags)

const bytesOf = (data: unknown): Uint8Array =>
  typeof data === "string"
    ? Buffer.from(data)
    : new Uint8Array(
        (data as Uint8Array).buffer as ArrayBuffer,
        (data as Uint8Array).byteOffset,
        (data as Uint8Array).byteLength
      )

const openSync = (path: fs.PathLike, flags: fs.OpenMode = "r", mode?: fs.Mode): number => {
  const whole = below(path)
  if (whole !== undefined) meet(creates(flags) ? "create" : "read", "open", whole)
  const file = real.openSync(path, flags, mode)
  if (whole !== undefined) paths.set(file, whole)
  else paths.delete(file)
  return file
}

const writeSync = (
  file: number,
  data: Uint8Array | string,
  ...rest: ReadonlyArray<number | null | undefined>
): number => {
  const path = paths.get(file)
  if (path === undefined || orderNow() === undefined)
    return real.writeSync(file, data as Uint8Array, ...(rest as [number]))
  const [offset = 0, length, position] = rest
  const bytes = bytesOf(data)
  const from = offset ?? 0
  const size = length ?? bytes.length - from
  const how = meet("write", "write", path, false)
  const done = real.writeSync(file, bytes, from, how === "whole" ? size : size >> 1, position ?? null)
  return how === "torn" ? die() : done
}

const fsyncSync = (file: number): void => {
  const path = paths.get(file)
  if (path !== undefined && orderNow() !== undefined) meet("fsync", "fsync", path, false)
  real.fsyncSync(file)
}

const fsync = (file: number, done: (cause: Error | null) => void): void => {
  const path = paths.get(file)
  try {
    if (path !== undefined && orderNow() !== undefined) meet("fsync", "fsync", path, false)
  } catch (cause) {
    process.nextTick(done, cause as Error)
    return
  }
  real.fsync(file, done)
}

const closeSync = (file: number): void => {
  const path = paths.get(file)
  paths.delete(file)
  if (path !== undefined && orderNow() !== undefined) {
    try {
      meet("close", "close", path, false)
    } catch (cause) {
      real.closeSync(file)
      throw cause
    }
  }
  real.closeSync(file)
}

/** A whole file through the operations above, as Node does it inside. */
const writeWhole = (path: fs.PathOrFileDescriptor, data: unknown, flags: string): void => {
  const file = openSync(path as string, flags)
  try {
    const bytes = bytesOf(data)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
  } finally {
    closeSync(file)
  }
}

const flagOf = (options: unknown, usual: string): string =>
  (typeof options === "object" && options !== null ? (options as { flag?: string }).flag : undefined) ?? usual

const whole =
  (name: "writeFileSync" | "appendFileSync", usual: string) => (path: string, data: unknown, options?: unknown) =>
    below(path) === undefined
      ? real[name](path, data as string, options as fs.WriteFileOptions)
      : writeWhole(path, data, flagOf(options, usual))

/** An operation on a path that either happens or fails. */
const guarded =
  <A extends ReadonlyArray<never>, R>(operation: Operation, syscall: string, run: (...args: A) => R) =>
  (...args: A): R => {
    const path = below(args[0])
    if (path !== undefined) meet(operation, syscall, path)
    return run(...args)
  }

const writeFileSync = whole("writeFileSync", "w")
const appendFileSync = whole("appendFileSync", "a")
const renameSync = guarded("rename", "rename", real.renameSync as never)
Object.assign(fs, {
  openSync,
  writeSync,
  fsyncSync,
  fsync,
  closeSync,
  writeFileSync,
  appendFileSync,
  renameSync,
  readFileSync: guarded("read", "read", real.readFileSync as never),
  readdirSync: guarded("list", "scandir", real.readdirSync as never),
  mkdirSync: guarded("mkdir", "mkdir", real.mkdirSync as never),
  mkdtempSync: guarded("mkdir", "mkdtemp", real.mkdtempSync as never),
  rmSync: guarded("remove", "unlink", real.rmSync as never),
  unlinkSync: guarded("remove", "unlink", real.unlinkSync as never)
})
const { open, readFile } = promises

/** A file that is written through its handle. */
const opened = async (path: string, flags = "r", mode?: fs.Mode): Promise<promises.FileHandle> => {
  const place = below(path)
  if (place === undefined) return open(path, flags, mode)
  meet(creates(flags) ? "create" : "read", "open", place)
  const handle = await open(path, flags, mode)
  const [write, datasync, close] = [handle.write, handle.datasync, handle.close].map((run) => run.bind(handle)) as [
    (data: Uint8Array, from: number, size: number, at: number) => Promise<object>,
    () => Promise<void>,
    () => Promise<void>
  ]
  return Object.assign(handle, {
    write: async (data: Uint8Array, from: number, size: number, at: number) => {
      const how = meet("write", "write", place, false)
      const done = await write(data, from, how === "whole" ? size : size >> 1, at)
      return how === "torn" ? die() : done
    },
    datasync: async () => {
      meet("fsync", "fdatasync", place, false)
      await datasync()
    },
    close: async () => {
      try {
        meet("close", "close", place, false)
      } finally {
        await close()
      }
    }
  })
}

Object.assign(promises, {
  open: opened,
  writeFile: async (path: string, data: unknown, options?: unknown) => writeFileSync(path, data, options),
  rename: async (from: never, to: never) => (renameSync as (...paths: ReadonlyArray<never>) => void)(from, to),
  readFile: guarded("read", "read", readFile as never)
})
syncBuiltinESMExports()
