// Which earlier actions a function's later runs take rows from: under the function's key, a list for each place it ran at.
import type { Store } from "../store/store.ts"
import { keyOf } from "../table/digest.ts"

interface Place {
  /** Pipeline, node and input: one function may run at several places, and none may push out the others' rows. */
  readonly at: string
  readonly actions: ReadonlyArray<string>
}

/** Places remembered for one function, the latest first. */
const mostPlaces = 64

const listKey = (functionKey: string): string => keyOf(["reuse", functionKey])

const placesOf = (store: Store, functionKey: string): ReadonlyArray<Place> =>
  store.action<ReadonlyArray<Place>>(listKey(functionKey)) ?? []

/** The keys of earlier actions of a function: those of this place, once for each partition, then those of others. */
export const earlierActions = (store: Store, functionKey: string, at: string): ReadonlyArray<string> => {
  const places = placesOf(store, functionKey)
  const own = places.find((place) => place.at === at)?.actions ?? []
  const others = new Set(places.filter((place) => place.at !== at).flatMap(({ actions }) => actions))
  for (const key of own) others.delete(key)
  return [...own, ...others]
}

/** The earlier actions whose rows are still to be looked for, where partitions have taken some of them whole. */
export const leftOver = (actions: ReadonlyArray<string>, taken: ReadonlyMap<string, number>): ReadonlyArray<string> => {
  const left = new Map(taken)
  return actions.filter((key) => {
    const times = left.get(key) ?? 0
    if (times > 0) left.set(key, times - 1)
    return times === 0
  })
}

/** Puts a run's actions before those of the run before it; older ones at this place are forgotten. */
export const rememberActions = (
  store: Store,
  functionKey: string,
  at: string,
  now: ReadonlyArray<string>,
  forget = true
): void => {
  const places = placesOf(store, functionKey)
  const before = places.find((place) => place.at === at)?.actions ?? []
  const known = new Set(now)
  const older = before.filter((key) => !known.has(key))
  const actions = [...now, ...(forget ? older.slice(0, now.length) : older)]
  if (actions.length === before.length && actions.every((key, i) => key === before[i])) return
  const others = places.filter((place) => place.at !== at).slice(0, mostPlaces - 1)
  store.putAction(listKey(functionKey), [{ at, actions }, ...others])
}
