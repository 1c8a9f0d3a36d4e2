// A run as other processes see it: a lease in its name while it lasts, so that gc removes nothing it counts on.
import * as Effect from "effect/Effect"
import { gcKey, type Lease, type Leases, runKey } from "../store/lease.ts"
import { holderText } from "../store/lease-watch.ts"

/** Between two looks at a gc that is at work, in milliseconds. */
const lookEvery = 50

const take = (leases: Leases, run: string) =>
  Effect.try({ try: () => leases.take(runKey(run))!, catch: (cause) => cause as Error })

/** Waits until no gc is at work. Who begins says so first and looks then, as gc does: one of the two sees the other. */
const gcDone = (leases: Leases, warn: (text: string) => void): Effect.Effect<void, Error> =>
  Effect.gen(function* () {
    const watch = leases.watch(gcKey)
    for (let told = false; ; ) {
      const state = watch.look()
      if (state === "free") return
      if (state === "dead") leases.take(gcKey, watch)?.release()
      else if (!told && watch.holder !== undefined) {
        warn(`waits until ${holderText(watch.holder)} is done`)
        told = true
      }
      yield* Effect.sleep(lookEvery)
    }
  })

/** Does a run's work under its lease. */
export const live = <A>(
  leases: Leases,
  run: string,
  warn: (text: string) => void,
  work: (lease: Lease) => Effect.Effect<A, Error>
): Effect.Effect<A, Error> =>
  Effect.acquireUseRelease(
    take(leases, run),
    (lease) => Effect.flatMap(gcDone(leases, warn), () => work(lease)),
    (lease) => Effect.sync(() => lease.release())
  )
