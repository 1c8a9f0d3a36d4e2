// Keeps the tokens of one text after another for the measures of quality filters, and counts what Gopher's rules ask for.
import { end, hashOf, kind, origin, points, reach, recordsEnd, score, setRecordsEnd, start } from "./text-memory.as"

/** Keeps the tokens of the text that was cut; counts words, their code points, those with letters, and stop words. */
export function keep(count: i32): void {
  let words = 0
  let letters = 0
  let wordPoints = 0
  let stops = 0
  let at = recordsEnd
  reach(at + <usize>count * 12)
  for (let i: usize = 0; i < <usize>count; i++) {
    const a = origin + <usize>load<i32>(start + (i << 2))
    const b = origin + <usize>load<i32>(end + (i << 2))
    const n = load<i32>(points + (i << 2))
    const flags: u32 = load<u8>(kind + i)
    store<u64>(at, hashOf(a, b))
    store<i32>(at, n, 8)
    at += 12
    if (!(flags & 1)) continue
    words++
    wordPoints += n
    letters += <i32>((flags >> 1) & 1)
    if (b - a <= 4) stops |= stopWord(load<u32>(a) & <u32>((<u64>1 << (<u64>(b - a) << 3)) - 1))
  }
  setRecordsEnd(at)
  score(0, <f64>count)
  score(1, <f64>words)
  score(2, <f64>wordPoints)
  score(3, <f64>letters)
  score(4, <f64>popcnt<i32>(stops))
}

/** One bit for each of the, be, to, of, and, that, have, with, read backwards as a number; 0 for another word. */
function stopWord(word: u32): i32 {
  switch (word) {
    case 0x656874: return 1
    case 0x6562: return 2
    case 0x6f74: return 4
    case 0x666f: return 8
    case 0x646e61: return 16
    case 0x74616874: return 32
    case 0x65766168: return 64
    case 0x68746977: return 128
  }
  return 0
}
