// Named f32 state of a loop of runs: each run reads the current state and writes the next, where the device computes.
import { type Device, keepsValues } from "./device.ts"
import { floatValue, type Values } from "./session.ts"
import { elementCount, type Shape } from "./tensor-graph.ts"
import { isOnDevice, type Placed, release, toDevice, toMemory } from "./transfer.ts"

/**
 * Two buffers in memory that trade places (or one, where the graph writes its state in place), or values that stay on a
 * device that keeps them: there every run makes fresh ones, and those before are freed.
 */
export class State {
  private readonly device: Device
  private readonly inPlace: boolean
  private readonly shapes = new Map<string, Shape>()
  private current: Values = {}
  private next: Values = {}
  private zeros: Placed | undefined

  constructor(device: Device, inPlace = false) {
    this.device = device
    this.inPlace = inPlace
  }

  /** Adds one state tensor holding a copy of `data`, or zeros. */
  add(name: string, shape: Shape, data?: Float32Array): void {
    const size = elementCount(shape)
    this.shapes.set(name, shape)
    this.current[name] = floatValue(data === undefined ? new Float32Array(size) : data.slice(), shape)
    if (keepsValues(this.device)) return
    this.next[name] = this.inPlace ? this.current[name] : floatValue(new Float32Array(size), shape)
  }

  /** Names of the state, as a session's resident outputs. */
  names(): ReadonlySet<string> {
    return new Set(this.shapes.keys())
  }

  /** What the next run reads. */
  feeds(): Values {
    return this.current
  }

  /** Where the next run writes; a device that keeps values writes into memory of its own. */
  targets(): Values {
    return this.next
  }

  /** Makes what a run wrote the current state. */
  advance(results: Values): void {
    const read = this.current
    if (!keepsValues(this.device)) {
      this.current = this.next
      this.next = read
      return
    }
    this.current = Object.fromEntries([...this.shapes.keys()].map((name) => [name, results[name]!]))
    if (read !== this.zeros?.values) release(read)
  }

  /** A copy of the current content of some tensors. */
  async read(names: ReadonlyArray<string>): Promise<ReadonlyMap<string, Float32Array>> {
    const found = names.map((name) => [name, this.current[name]!] as const)
    const away = Object.fromEntries(found.filter(([, value]) => isOnDevice(value)))
    const brought = Object.keys(away).length === 0 ? {} : await toMemory(away, this.device)
    return new Map(
      found.map(([name, value]) => [name, (brought[name]?.data ?? value.data.slice()) as Float32Array] as const)
    )
  }

  /** Sets the current content to zero. */
  async clear(): Promise<void> {
    if (!keepsValues(this.device)) {
      for (const value of Object.values(this.current)) (value.data as Float32Array).fill(0)
      return
    }
    this.zeros ??= await toDevice(
      Object.fromEntries(
        [...this.shapes].map(([name, shape]) => [name, floatValue(new Float32Array(elementCount(shape)), shape)])
      ),
      this.device
    )
    if (this.current !== this.zeros.values) release(this.current)
    this.current = this.zeros.values
  }

  /** Frees what lies on the device, while the sessions that made it still live. */
  async dispose(): Promise<void> {
    if (this.current !== this.zeros?.values) release(this.current)
    await this.zeros?.dispose()
    this.current = {}
  }
}
