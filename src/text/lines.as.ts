// What the lines of a text are like: the part of the text kernel behind Gopher's, its repetition's and FineWeb's rules.
import { before, BREAK, classOf, count, emptyTable, hashOf, origin, pointAt, reach, recordsEnd, score, sizeOf, SPACE, spaceAt, tableSize, TERMINAL } from "./text-memory.as"

/** The first line feed from `p` on, or `end`. */
function feedAt(p: usize, end: usize): usize {
  const feed = i8x16.splat(10)
  for (; p + 16 <= end; p += 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(p), feed))
    if (bits != 0) return p + <usize>ctz<i32>(bits)
  }
  while (p < end && load<u8>(p) != 10) p++
  return p
}

/** Bytes of one kind from `p` to `end`. */
function bytesOf(byte: u8, p: usize, end: usize): i32 {
  const wanted = i8x16.splat(<i8>byte)
  let n = 0
  for (; p + 16 <= end; p += 16) n += popcnt<i32>(i8x16.bitmask(i8x16.eq(v128.load(p), wanted)))
  for (; p < end; p++) if (load<u8>(p) == byte) n++
  return n
}

/** Code points from `p` to `end`: bytes that continue none. */
export function pointsIn(p: usize, end: usize): i32 {
  const last = i8x16.splat(-65)
  let n = 0
  for (; p + 16 <= end; p += 16) n += popcnt<i32>(i8x16.bitmask(i8x16.gt_s(v128.load(p), last)))
  for (; p < end; p++) if ((load<u8>(p) & 0xc0) != 0x80) n++
  return n
}

/** A table for the pieces between line feeds. */
function tableFor(from: usize, to: usize): void {
  const pieces = bytesOf(10, from, to) + 2
  const at = (recordsEnd + 15) & ~15
  reach(at + (tableSize(pieces) << 4))
  emptyTable(at, pieces)
}

let duplicates: i32 = 0
let duplicatePoints: i32 = 0

/** Counts pieces between runs of at least `feeds` line feeds, and those that occurred before; returns their number. */
function split(from: usize, to: usize, feeds: usize): i32 {
  tableFor(from, to)
  duplicates = 0
  duplicatePoints = 0
  let pieces = 0
  let piece = from
  let p = from
  while (true) {
    const feed = feedAt(p, to)
    p = feed
    while (p < to && load<u8>(p) == 10) p++
    if (feed < to && p - feed < feeds) continue
    pieces++
    if (load<u32>(count(hashOf(piece, feed)), 8) > 1) {
      duplicates++
      duplicatePoints += pointsIn(piece, feed)
    }
    if (feed == to) return pieces
    piece = p
  }
}

/**
 * Scores 0 to 3: the shares of duplicate paragraphs, of their code points, of duplicate lines and of theirs; returns the text's
 * code points. Paragraphs are set apart by two or more line feeds in the trimmed text, lines by one or more.
 */
export function repeatedLines(first: i32, last: i32): i32 {
  const from = origin + <usize>first
  const to = origin + <usize>last
  const length = pointsIn(from, to)
  let a = from
  let b = to
  while (a < b) {
    const size = spaceAt(a)
    if (size == 0) break
    a += size
  }
  while (b > a) {
    const at = before(b, a)
    if (spaceAt(at) == 0) break
    b = at
  }
  const paragraphs = split(a, b, 2)
  score(0, <f64>duplicates / <f64>paragraphs)
  score(1, length == 0 ? 0 : <f64>duplicatePoints / <f64>length)
  const lines = split(from, to, 1)
  score(2, <f64>duplicates / <f64>lines)
  score(3, length == 0 ? 0 : <f64>duplicatePoints / <f64>length)
  return length
}

/**
 * Scores 0 to 3 over lines that are not blank: their number, the shares that end a sentence and that have at most `short` code
 * points, the share of the text's code points in lines that occurred before; 4: line feeds.
 */
export function finewebLines(first: i32, last: i32, short: i32): void {
  const from = origin + <usize>first
  const to = origin + <usize>last
  tableFor(from, to)
  let lines = 0
  let ends = 0
  let shorts = 0
  let repeated = 0
  let feeds = 0
  let all = 0
  for (let p = from; p <= to; p++) {
    const line = p
    p = feedAt(p, to)
    if (p < to) feeds++
    const length = pointsIn(line, p)
    all += length
    let at = line
    while (at < p) {
      const size = spaceAt(at)
      if (size == 0) break
      at += size
    }
    if (at >= p) continue
    lines++
    if (classOf(pointAt(before(p, line))) & TERMINAL) ends++
    if (length <= short) shorts++
    if (load<u32>(count(hashOf(line, p)), 8) > 1) repeated += length
  }
  score(0, <f64>lines)
  score(1, lines == 0 ? 0 : <f64>ends / <f64>lines)
  score(2, lines == 0 ? 0 : <f64>shorts / <f64>lines)
  score(3, all == 0 ? 0 : <f64>repeated / <f64>all)
  score(4, <f64>feeds)
}

let lineCount: i32 = 0
let bullets: i32 = 0
let ellipses: i32 = 0

/** Counts a line by its first and last character, white space aside, and the points in a row at its end. */
@inline
function close(head: u32, last: u32, dots: i32): void {
  lineCount++
  if (head == 0x2d || head == 0x2022) bullets++
  if (last == 0x2026 || dots >= 3) ellipses++
}

/** Lines of a part that holds other line ends, or characters beyond ASCII. */
function walk(p: usize, to: usize): void {
  let head: u32 = 0
  let last: u32 = 0
  let dots = 0
  let gap = false
  while (p < to) {
    const point = pointAt(p)
    p += sizeOf(load<u8>(p))
    const bits = classOf(point)
    if (bits & BREAK) {
      if (point == 0x0d && p < to && load<u8>(p) == 0x0a) p++
      close(head, last, dots)
      head = 0
      last = 0
      dots = 0
      gap = false
      open = false
      continue
    }
    open = true
    if (bits & SPACE) {
      gap = true
      continue
    }
    if (head == 0) head = point
    dots = point == 0x2e ? (gap ? 1 : dots + 1) : 0
    gap = false
    last = point
  }
  if (open) close(head, last, dots)
  open = false
}

let open: bool = false

/** Whether a part has only the characters from space to ~ and tabs. */
function isPlain(p: usize, end: usize): bool {
  const low = i8x16.splat(32)
  const tab = i8x16.splat(9)
  for (; p + 16 <= end; p += 16) {
    const bytes = v128.load(p)
    // Bytes from 0x80 on are negative here.
    if (v128.any_true(v128.andnot(i8x16.lt_s(bytes, low), i8x16.eq(bytes, tab)))) return false
  }
  for (; p < end; p++) if (load<i8>(p) < 32 && load<u8>(p) != 9) return false
  return true
}

/** Scores 0 to 4: lines, those that start with a bullet, those that end in an ellipsis, hashes, ellipses. */
export function gopherLines(first: i32, last: i32): void {
  const from = origin + <usize>first
  const to = origin + <usize>last
  lineCount = 0
  bullets = 0
  ellipses = 0
  for (let p = from; p < to; ) {
    const feed = feedAt(p, to)
    if (!isPlain(p, feed)) walk(p, feed < to ? feed + 1 : to)
    else {
      let a = p
      let b = feed
      while (a < b && load<u8>(a) <= 32) a++
      while (b > a && load<u8>(b - 1) <= 32) b--
      let dots = 0
      if (a < b) while (dots < 3 && b - dots > a && load<u8>(b - 1 - dots) == 0x2e) dots++
      close(a < b ? load<u8>(a) : 0, 0, dots)
    }
    p = feed + 1
  }
  score(0, <f64>lineCount)
  score(1, <f64>bullets)
  score(2, <f64>ellipses)
  score(3, <f64>bytesOf(0x23, from, to))
  score(4, <f64>ellipsesIn(from, to))
}

/** Runs of three points, and the character that stands for them. */
function ellipsesIn(p: usize, to: usize): i32 {
  const dot = i8x16.splat(0x2e)
  const wide = i8x16.splat(<i8>0xe2)
  let n = 0
  while (p + 2 < to) {
    if (p + 18 <= to) {
      const here = v128.load(p)
      const dots = v128.and(i8x16.eq(here, dot), i8x16.eq(v128.load(p, 1), dot))
      const bits = i8x16.bitmask(v128.or(dots, i8x16.eq(here, wide)))
      if (bits == 0) {
        p += 16
        continue
      }
      p += <usize>ctz<i32>(bits)
    }
    const word = load<u32>(p) & 0xffffff
    if (word == 0x2e2e2e || word == 0xa680e2) {
      n++
      p += 3
    } else p++
  }
  return n
}
