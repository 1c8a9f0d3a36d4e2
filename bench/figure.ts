// The figures of one bench: printed as a table beside what they have to reach, and kept with the machine's description.
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join, resolve } from "node:path"

export const root = resolve(import.meta.dirname, "..")

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly reach: string
}

export class Figures {
  readonly #all: Array<Figure> = []
  readonly #name: string
  readonly #machine: { readonly [part: string]: string }

  /** `machine` has what else is to be said of it, such as its GPU. */
  constructor(name: string, machine: { readonly [part: string]: string } = {}) {
    this.#name = name
    this.#machine = machine
    console.log(`${name.padEnd(62)}   figure      to reach`)
  }

  note(name: string, value: number, unit: string, reach: string): void {
    this.#all.push({ name, value: Math.round(value * 1000) / 1000, unit, reach })
    const digits = unit === "%" ? 1 : unit === "s" || unit === "×" ? 2 : unit === "ms" && value < 10 ? 2 : 0
    console.log(`${name.padEnd(60)} ${value.toFixed(digits).padStart(8)} ${unit.padEnd(4)} ${reach}`)
  }

  /** Writes bench/results/NAME.json. */
  keep(): void {
    const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root }).stdout.toString().trim()
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      ...this.#machine
    }
    const body = { date: new Date().toISOString().slice(0, 10), commit, machine, figures: this.#all }
    mkdirSync(join(root, "bench/results"), { recursive: true })
    writeFileSync(join(root, `bench/results/${this.#name}.json`), `${JSON.stringify(body, null, 2)}\n`)
  }
}

export const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
