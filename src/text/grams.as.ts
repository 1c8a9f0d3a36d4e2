// How much of a text is n-grams of tokens that recur in it: the part of the text kernel behind quality.gopherRepetition.
// A gram can recur only where both grams of one token less that it is made of do, so each size looks at what is left.
import { count, emptyTable, reach, records, score, recordsEnd, tableSize } from "./text-memory.as"

/**
 * Measures the grams of the tokens from record `first` on, in a text of `length` code points: into scores 4, 5, 6 the share of
 * the most frequent gram of 2, 3, 4 tokens, into 7 to 12 that of grams of 5 to 10 tokens that were seen before.
 */
export function grams(first: i32, tokens: i32, length: i32): void {
  const from = records + <usize>first * 12
  const before = (recordsEnd + 15) & ~15
  const places = before + (<usize>tokens + 1 << 2)
  const classes = places + (<usize>tokens << 2)
  const table = (classes + (<usize>tokens << 2) + 15) & ~15
  reach(table + (tableSize(tokens) << 4))
  emptyTable(table, tokens)
  let sum = 0
  for (let i: usize = 0; i < <usize>tokens; i++) {
    store<i32>(before + (i << 2), sum)
    sum += load<i32>(from + i * 12, 8)
    store<i32>(classes + (i << 2), <i32>(count(load<u64>(from + i * 12)) - table))
    store<i32>(places + (i << 2), <i32>i)
  }
  store<i32>(before + (<usize>tokens << 2), sum)
  let left = again(table, places, classes, tokens)
  for (let size = 2; size <= 10; size++) {
    emptyTable(table, left)
    const most = pairUp(table, places, classes, left)
    left = paired
    const found =
      size >= 5
        ? seenBefore(table, places, classes, left, before, size)
        : tokens < size
          ? 0
          : mostFrequent(table, places, classes, left, before, size, most)
    score(size + 2, length == 0 ? 0 : <f64>found / <f64>length)
    left = again(table, places, classes, left)
  }
}

let paired: i32 = 0

/** Grams one token longer, where one starts right behind another; returns how often the most frequent occurs. */
function pairUp(table: usize, places: usize, classes: usize, left: i32): i32 {
  let most = 0
  let n: usize = 0
  for (let k: usize = 0; k + 1 < <usize>left; k++) {
    const place = load<i32>(places + (k << 2))
    if (load<i32>(places + (k << 2), 4) != place + 1) continue
    const at = count((<u64>load<u32>(classes + (k << 2)) << 32) | <u64>load<u32>(classes + (k << 2), 4))
    const times = load<i32>(at, 8)
    if (times > most) most = times
    store<i32>(places + (n << 2), place)
    store<i32>(classes + (n << 2), <i32>(at - table))
    n++
  }
  paired = <i32>n
  return most
}

/** Keeps the grams that occur more than once; returns how many. */
function again(table: usize, places: usize, classes: usize, left: i32): i32 {
  let n: usize = 0
  for (let k: usize = 0; k < <usize>left; k++) {
    const slot = load<i32>(classes + (k << 2))
    if (load<i32>(table + <usize>slot, 8) < 2) continue
    store<i32>(places + (n << 2), load<i32>(places + (k << 2)))
    store<i32>(classes + (n << 2), slot)
    n++
  }
  return <i32>n
}

@inline
function textOf(before: usize, place: i32, size: i32): i32 {
  return load<i32>(before + (<usize>(place + size) << 2)) - load<i32>(before + (<usize>place << 2))
}

/** Code points in all occurrences of the most frequent gram, the first met where several are; a space between tokens. */
function mostFrequent(
  table: usize, places: usize, classes: usize, left: i32, before: usize, size: i32, most: i32
): i32 {
  if (most < 2) return textOf(before, 0, size) + size - 1
  for (let k: usize = 0; k < <usize>left; k++)
    if (load<i32>(table + <usize>load<i32>(classes + (k << 2)), 8) == most)
      return (textOf(before, load<i32>(places + (k << 2)), size) + size - 1) * most
  return 0
}

/** Code points in grams met before, scanning left to right and stepping over a gram that was. */
function seenBefore(table: usize, places: usize, classes: usize, left: i32, before: usize, size: i32): i32 {
  let next = 0
  let found = 0
  for (let k: usize = 0; k < <usize>left; k++) {
    const place = load<i32>(places + (k << 2))
    if (place < next) continue
    const at = table + <usize>load<i32>(classes + (k << 2))
    if (load<i32>(at, 12) == 0) {
      store<i32>(at, 1, 12)
      continue
    }
    found += textOf(before, place, size)
    next = place + size
  }
  return found
}
