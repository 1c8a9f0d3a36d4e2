// Leases: of several processes one does the work; one that died is replaced, one that slept through that publishes nothing.
import { createHash, randomBytes } from "node:crypto"
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { diskError, removeIfPossible } from "./durable-file.ts"
import { FencedStore } from "./fence.ts"
import { startBeating, stopBeating } from "./heartbeat.ts"
import { listed } from "./folder.ts"
import { type Holder, holderFile, Watch } from "./lease-watch.ts"
import { isHere, thisProcess } from "./process-id.ts"

/** The key of the lease that a run holds while it lasts, and that of gc. */
export const runKey = (run: string): string => `run-${run}`
export const gcKey = "gc"

/** Between two looks at the heart of a process on another machine, in milliseconds. */
const lookEvery = 100

/** A lease that this process holds until it releases it or another takes it over. */
export class Lease {
  readonly token: string
  /** Exists under this name exactly as long as the lease is held. */
  readonly folder: string
  readonly #slot: string
  readonly #root: string
  readonly #lost = new AbortController()

  constructor(root: string, key: string, token: string, beat: number) {
    this.#root = root
    this.#slot = join(root, key)
    this.token = token
    this.folder = join(this.#slot, token)
    startBeating(join(this.folder, holderFile), beat, () => this.#lost.abort())
  }

  /** Aborted when a heartbeat finds that the lease was taken over. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  get held(): boolean {
    return existsSync(this.folder)
  }

  /** The store, for what only the holder may publish. */
  store(): FencedStore {
    return new FencedStore(join(this.#root, ".."), this.folder)
  }

  release(): void {
    stopBeating(join(this.folder, holderFile))
    const away = join(this.#root, `.done-${this.token}`)
    try {
      renameSync(this.folder, away)
    } catch {
      // Taken over, and no longer under this name; or the disk fails, and the lease of a process that lives would stay.
      removeIfPossible(this.folder)
    }
    removeIfPossible(away)
    try {
      rmdirSync(this.#slot)
    } catch {
      // Taken by the next already.
    }
  }
}

export class Leases {
  readonly root: string
  readonly #name: string
  readonly #beat: number
  #looked = Number.NEGATIVE_INFINITY
  #others = false

  /** Leases of a store, taken in the name of a run; `beat` in milliseconds. */
  constructor(storeRoot: string, name: string, beat = 1000) {
    this.root = join(storeRoot, "leases")
    this.#name = name
    this.#beat = beat
    mkdirSync(this.root, { recursive: true })
  }

  /** The numbers below n in an order that differs from run to run, for runs that begin with different parts of one work. */
  order(n: number): ReadonlyArray<number> {
    const rank = (i: number) => createHash("sha256").update(`${this.#name} ${i}`).digest("hex")
    const ranks = Array.from({ length: n }, (_, i) => [rank(i), i] as const)
    return ranks.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, i]) => i)
  }

  /** Whether other runs are at work in this store; looked at ten times a second at most. */
  othersRun(): boolean {
    const now = performance.now()
    if (now - this.#looked > 100) {
      this.#looked = now
      try {
        this.#others = this.holders(runKey("")).some(({ name }) => name !== this.#name)
      } catch {
        // Who is not seen is not divided with: a row may be computed twice.
      }
    }
    return this.#others
  }

  /**
   * Runs something short that reads and then writes what other runs write, too: in turn where others are at work. It waits
   * a second at most: what is guarded so may only be worth less, never wrong.
   */
  inTurn(key: string, run: () => void): void {
    if (!this.othersRun()) {
      run()
      return
    }
    const watch = this.watch(key)
    let lease = this.take(key, watch)
    for (let tries = 0; lease === undefined && tries < 200; tries++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      lease = this.take(key, watch)
    }
    try {
      run()
    } finally {
      lease?.release()
    }
  }

  watch(key: string): Watch {
    return new Watch(join(this.root, key))
  }

  /** The lease on a key where nobody holds it, or nobody that lives; undefined where another has it. */
  take(key: string, watch: Watch = this.watch(key)): Lease | undefined {
    const state = watch.look()
    if (state === "held") return undefined
    const token = randomBytes(8).toString("hex")
    try {
      const taken = state === "free" ? this.#begin(key, token) : this.#replace(key, watch.token!, token)
      return taken ? new Lease(this.root, key, token, this.#beat) : undefined
    } catch (cause) {
      throw diskError(join(this.root, key), cause)
    }
  }

  #holder(token: string): string {
    return JSON.stringify({ ...thisProcess(), name: this.#name, token, beat: this.#beat } satisfies Holder)
  }

  /** A folder with a folder in it is renamed into place: the system refuses where one with something in it stands there. */
  #begin(key: string, token: string): boolean {
    const made = join(this.root, `.${token}`)
    mkdirSync(join(made, token), { recursive: true })
    writeFileSync(join(made, token, holderFile), this.#holder(token))
    try {
      if (process.platform === "win32" && listed(join(this.root, key)).length === 0)
        rmSync(join(this.root, key), { recursive: true, force: true })
      renameSync(made, join(this.root, key))
      return true
    } catch (cause) {
      rmSync(made, { recursive: true, force: true })
      if (["ENOTEMPTY", "EEXIST", "EPERM"].includes((cause as NodeJS.ErrnoException).code!)) return false
      throw cause
    }
  }

  /** The folder named after the dead holder's token is renamed: of several who try, one succeeds. */
  #replace(key: string, dead: string, token: string): boolean {
    const folder = join(this.root, key, token)
    const fresh = join(this.root, `.${token}`)
    try {
      renameSync(join(this.root, key, dead), folder)
      writeFileSync(fresh, this.#holder(token))
      renameSync(fresh, join(folder, holderFile))
      for (const name of listed(folder))
        if (name !== holderFile) rmSync(join(folder, name), { recursive: true, force: true })
      return true
    } catch (cause) {
      rmSync(fresh, { force: true })
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false
      throw cause
    }
  }

  /**
   * Holders that must be taken for alive of the leases whose key begins with a prefix. A process of this machine lives
   * until it is gone, asleep or not; one of another is watched until its heart beats or is silent for too long.
   */
  async living(prefix: string): Promise<ReadonlyArray<Holder>> {
    const keys = this.#keys(prefix)
    const holders = await Promise.all(keys.map((key) => this.#living(key)))
    return holders.filter((holder) => holder !== undefined)
  }

  async #living(key: string): Promise<Holder | undefined> {
    const watch = this.watch(key)
    for (let first: number | undefined; ; ) {
      const state = watch.look()
      if (state === "free") return undefined
      if (state === "dead") {
        this.take(key, watch)?.release()
        return undefined
      }
      const { holder, beats } = watch
      if (holder !== undefined && (isHere(holder) || beats > (first ?? beats))) return holder
      first ??= beats
      await new Promise((done) => setTimeout(done, lookEvery))
    }
  }

  /** Keys that begin with a prefix; names that begin with a dot are on their way in or out. */
  #keys(prefix: string): ReadonlyArray<string> {
    return listed(this.root).filter((key) => key.startsWith(prefix) && !key.startsWith("."))
  }

  /** Clears away what dead processes held, and the empty folders of leases that were being given back. */
  clear(): void {
    this.holders("")
    for (const key of this.#keys(""))
      try {
        rmdirSync(join(this.root, key))
      } catch {
        // It is held.
      }
  }

  /** Live holders of the leases whose key begins with a prefix; those that are dead are cleared away. */
  holders(prefix: string): ReadonlyArray<Holder> {
    return this.#keys(prefix).flatMap((key) => {
      const watch = this.watch(key)
      if (watch.look() !== "dead") return watch.holder === undefined ? [] : [watch.holder]
      this.take(key, watch)?.release()
      return []
    })
  }
}

/** Whether a run is at work, as far as one look at its lease says. */
export const isLive = (storeRoot: string, run: string): boolean =>
  new Watch(join(storeRoot, "leases", runKey(run))).look() === "held"
