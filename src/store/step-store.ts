// A store whose files of one step of work go to the disk side by side: waiting for each by itself takes longer than the work.
import { type Flushing, flushDurably } from "./durable-file.ts"
import { Store } from "./store.ts"

interface Pending {
  readonly path: string
  readonly bytes: Uint8Array | string
  readonly flushing: Flushing
}

/** The files of a step: in the order they were written, and by where they will stand. */
interface Step {
  readonly files: Array<Pending>
  readonly at: Map<string, Pending>
}

/** Outside of a step it is a store like any other. */
export class StepStore extends Store {
  #step: Step | undefined
  /** Those whose files are not all on the disk, the oldest first. */
  readonly #open = new Set<Step>()
  /** When the files of the last of them are. */
  #last: Promise<void> = Promise.resolve()

  /**
   * Runs a step. What it writes can be read by this store at once, and by others when the step is done: all files are on the
   * disk by then, and got their names in the order they were written. Of a step that fails, what it wrote stays as well.
   */
  async step<A>(run: () => Promise<A>): Promise<A> {
    const { result, onDisk } = await this.begin(run)
    await onDisk
    return result
  }

  /**
   * Runs a step without waiting for the disk, so that the next can run meanwhile: its files get their names behind those of
   * the steps before, and none where those fail.
   */
  async begin<A>(run: () => Promise<A>): Promise<{ readonly result: A; readonly onDisk: Promise<void> }> {
    const step: Step = { files: [], at: new Map() }
    this.#step = step
    this.#open.add(step)
    let result: A
    try {
      result = await run()
    } catch (cause) {
      await this.#end(step).catch(() => {})
      throw cause
    }
    return { result, onDisk: this.#end(step) }
  }

  #end(step: Step): Promise<void> {
    this.#step = undefined
    this.#last = this.#settle(step, this.#last)
    // Who waits for it is told; the next step is, too.
    this.#last.catch(() => {})
    return this.#last
  }

  async #settle(step: Step, before: Promise<void>): Promise<void> {
    const { files } = step
    let published = 0
    try {
      for (const outcome of await Promise.allSettled([before, ...files.map(({ flushing }) => flushing.flushed)]))
        if (outcome.status === "rejected") throw outcome.reason
      for (; published < files.length; published++) files[published]!.flushing.publish()
    } finally {
      for (const { flushing } of files.slice(published)) flushing.discard()
      this.#open.delete(step)
      if (this.#open.size === 0) this.#last = Promise.resolve()
    }
  }

  protected override write(path: string, bytes: Uint8Array | string): void {
    if (this.#step === undefined) {
      super.write(path, bytes)
      return
    }
    // An object that is on its way already.
    if (typeof bytes !== "string" && this.#pending(path) !== undefined) return
    const pending = { path, bytes, flushing: flushDurably(path, bytes) }
    this.#step.files.push(pending)
    this.#step.at.set(path, pending)
  }

  #pending(path: string): Uint8Array | string | undefined {
    let found: Uint8Array | string | undefined
    for (const { at } of this.#open) found = at.get(path)?.bytes ?? found
    return found
  }

  override size(digest: string): number {
    return this.#pending(this.objectPath(digest))?.length ?? super.size(digest)
  }

  override has(digest: string): boolean {
    return this.#pending(this.objectPath(digest)) !== undefined || super.has(digest)
  }

  override get(digest: string): Uint8Array {
    return (this.#pending(this.objectPath(digest)) as Uint8Array | undefined) ?? super.get(digest)
  }

  override action<A>(key: string): A | undefined {
    const text = this.#pending(this.actionPath(key)) as string | undefined
    return text === undefined ? super.action<A>(key) : (JSON.parse(text.slice(text.indexOf("\n") + 1)) as A)
  }

  override hasAction(key: string): boolean {
    return this.#pending(this.actionPath(key)) !== undefined || super.hasAction(key)
  }
}
