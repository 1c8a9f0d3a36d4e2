// Lets so many through at once; the others wait in the order they came.

export class Turnstile {
  #free: number
  readonly #waiting: Array<() => void> = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async pass<A>(run: () => Promise<A>): Promise<A> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((go) => this.#waiting.push(go))
    try {
      return await run()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
