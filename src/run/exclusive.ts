// Work that one of several processes does: it is done under a lease, and the others wait and take what came of it.
import * as Effect from "effect/Effect"
import type { Lease } from "../store/lease.ts"
import type { Execution, Failure } from "./execution.ts"

/** Between two looks at a lease that another holds, at first and at most, in milliseconds. */
const [firstLook, mostLook] = [20, 250]

/** A wait is told when it has lasted so long, in milliseconds. */
const tellAfter = 500

export interface Exclusive<Found, Made> {
  /** The node that waits, as it is told. */
  readonly node: string
  readonly key: string
  /** The result, once somebody has published it. */
  readonly find: () => Found | undefined
  readonly work: (lease: Lease) => Effect.Effect<Made, Failure>
  /** Wraps each try to get the lease and the work that follows; not the wait. */
  readonly permit?: ((attempt: Attempt<Found, Made>) => Attempt<Found, Made>) | undefined
}

type Attempt<Found, Made> = Effect.Effect<Settled<Found, Made> | undefined, Failure>

export type Settled<Found, Made> =
  | { readonly found: Found /** Name of whoever was waited for. */; readonly by: string | undefined }
  | { readonly made: Made }

/** Does the work under a lease, or takes the result of another process that does it. */
export const exclusively = <Found, Made>(
  execution: Execution,
  { node, key, find, work, permit = (attempt) => attempt }: Exclusive<Found, Made>
): Effect.Effect<Settled<Found, Made>, Failure> =>
  Effect.gen(function* () {
    const watch = execution.leases.watch(key)
    const found = (): Settled<Found, Made> | undefined => {
      const result = find()
      return result === undefined ? undefined : { found: result, by: watch.holder?.name }
    }
    const under = (lease: Lease): Attempt<Found, Made> =>
      Effect.flatMap(attempted(found), (already) => {
        if (already !== undefined) return Effect.succeed(already)
        return work(lease).pipe(
          Effect.map((made): Settled<Found, Made> | undefined => ({ made })),
          // Whatever went wrong after the lease was lost: another does this work now.
          Effect.catch((cause) => (lease.held ? Effect.fail(cause) : Effect.succeed(undefined)))
        )
      })
    const attempt: Attempt<Found, Made> = Effect.acquireUseRelease(
      attempted(() => execution.leases.take(key, watch)),
      (lease) => (lease === undefined ? Effect.succeed(undefined) : under(lease)),
      (lease) => Effect.sync(() => lease?.release())
    )
    let waited = 0
    let told: string | undefined
    for (let pause = firstLook; ; pause = Math.min(mostLook, pause * 1.5)) {
      const settled = (yield* attempted(found)) ?? (yield* permit(attempt))
      if (settled !== undefined) return settled
      const { holder } = watch
      if (waited >= tellAfter && holder !== undefined && holder.token !== told) {
        told = holder.token
        const { name, pid, host } = holder
        const event = { event: "waiting", node, holder: { run: name, pid, host } } as const
        yield* attempted(() => execution.journal.write(event))
      }
      yield* Effect.sleep(pause)
      waited += pause
    }
  })

const attempted = <A>(run: () => A): Effect.Effect<A, Failure> =>
  Effect.try({ try: run, catch: (cause) => cause as Failure })
