// What is reached in a store: marked by following every digest that a text names, so that nothing named anywhere is lost.
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { listed } from "./folder.ts"
import type { Store } from "./store.ts"

const digest = /[0-9a-f]{64}/g

const isRecord = (body: unknown): boolean => typeof body === "object" && body !== null && "ingredients" in body

/**
 * What is reached. Results and descriptions name each other and objects by 64 hex digits, so every such word in a text
 * that is reached counts as a reference: nothing that is named anywhere can be lost.
 */
export class Marks {
  readonly words = new Set<string>()
  readonly #away: ReadonlySet<string>
  readonly #store: Store
  readonly #lists: Array<{ readonly key: string; readonly path: string; readonly places: ReadonlyArray<unknown> }> = []
  /** Keys of what nodes came to: they name the other results. */
  readonly records = new Set<string>()

  /** Results that were stored from a time on count, in milliseconds since 1970 by the file system's clock. */
  constructor(store: Store, since: number) {
    this.#store = store
    const young: Array<string> = []
    for (const { name, path } of store.entries("actions")) {
      if (name.endsWith(".tmp")) continue
      const body = store.action<unknown>(name)
      if (body === undefined) continue
      if (isRecord(body)) this.records.add(name)
      if (Array.isArray(body)) this.#lists.push({ key: name, path, places: body })
      else if (statSync(path).mtimeMs >= since) young.push(name)
    }
    this.#away = new Set(listed(join(store.root, "damaged")))
    for (const name of young) this.text(Buffer.from(name))
  }

  text(bytes: Uint8Array) {
    const waiting = [Buffer.from(bytes).toString("latin1")]
    for (let text = waiting.pop(); text !== undefined; text = waiting.pop())
      for (const [word] of text.matchAll(digest)) {
        if (this.words.has(word)) continue
        this.words.add(word)
        waiting.push(...this.#named(word))
      }
  }

  /** The texts behind a word: a result, and an object that is JSON. */
  #named(word: string): ReadonlyArray<string> {
    const texts: Array<string> = []
    const action = this.#store.action<unknown>(word)
    if (action !== undefined) texts.push(JSON.stringify(action))
    // What is damaged still names what it named, bar a word or two.
    for (const file of [word, `${word}.json`])
      if (this.#away.has(file)) texts.push(readFileSync(join(this.#store.root, "damaged", file), "latin1"))
    const path = this.#store.objectPath(word)
    if (existsSync(path)) {
      const bytes = readFileSync(path)
      if (bytes[0] === 0x7b || bytes[0] === 0x5b) texts.push(bytes.toString("latin1"))
    }
    return texts
  }

  /**
   * Lists of results to take rows from. What a select prepared is named nowhere else, so the latest list of each
   * select that a pipeline still has counts; any list stays that names something reached.
   */
  lists() {
    const nodes = new Map(this.#store.refNames().map((name) => [name, this.#nodes(name)]))
    const latest = new Map<string, { readonly time: number; readonly actions: ReadonlyArray<string> }>()
    for (const { path, places } of this.#lists)
      for (const place of places) {
        const { at, actions } = place as { readonly at?: string; readonly actions?: ReadonlyArray<string> }
        if (at === undefined || actions === undefined) continue
        const [pipeline, node] = JSON.parse(at) as readonly [string, string]
        const time = statSync(path).mtimeMs
        if (nodes.get(pipeline)?.has(node) && time > (latest.get(at)?.time ?? 0)) latest.set(at, { time, actions })
      }
    for (const { actions } of latest.values()) for (const key of actions) this.text(Buffer.from(key))
    for (const { key, places } of this.#lists)
      if ((JSON.stringify(places).match(digest) ?? []).some((word) => this.words.has(word))) this.words.add(key)
  }

  #nodes(pipeline: string): ReadonlySet<string> {
    const ref = this.#store.ref<{ readonly nodes: { readonly [node: string]: string } }>(pipeline)
    const selects = Object.entries(ref?.nodes ?? {}).filter(
      ([, key]) => this.#store.action<{ readonly kind?: string }>(key)?.kind === "select"
    )
    return new Set(selects.map(([node]) => node))
  }
}
