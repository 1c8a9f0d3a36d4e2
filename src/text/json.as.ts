// The JSON kernel, in AssemblyScript: finds the values of named columns in JSON objects, strings unescaped, numbers read.
// json-columns.ts drives it and lays memory out; build.ts compiles this file to json.wasm.
import {
  atEnd,
  begin,
  blank,
  byte,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  here,
  MISSING,
  NESTED,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  readScalar,
  skipValue,
  take,
  toSpecial,
  writeTo
} from "./json-values.as"

let columns: i32 = 0
let table: usize = 0

export function heap(): usize {
  return __heap_base
}

/** The number of the column of a name; −1 where it is none. */
function columnOf(name: usize, length: u32): i32 {
  for (let i: i32 = 0; i < columns; i++) {
    const entry = table + (<usize>i << 4)
    if (load<u32>(entry, 4) == length && memory.compare(load<u32>(entry), name, length) == 0) return i
  }
  return -1
}

/** Reads one object's cells and kinds; false where it is not JSON, or not as the columns have it. */
function readRecord(cells: usize, kinds: usize): bool {
  const spare = cells + (<usize>columns << 4)
  memory.fill(kinds, MISSING, columns)
  blank()
  if (!take(OPEN_OBJECT)) return false
  blank()
  let more = !take(CLOSE_OBJECT)
  while (more) {
    if (!take(QUOTE)) return false
    const name = here()
    if (!toSpecial()) return false
    const column = columnOf(name, <u32>(here() - name))
    // A name with an escape may be any.
    if (!take(QUOTE)) return false
    blank()
    if (!take(COLON)) return false
    blank()
    const first = byte()
    if (column < 0) {
      if (!skipValue(spare)) return false
    } else if (first == OPEN_OBJECT || first == OPEN_LIST) {
      if (!skipValue(spare)) return false
      store<u8>(kinds + column, NESTED)
    } else {
      const kind = readScalar(cells + (<usize>column << 4))
      if (kind == 0) return false
      store<u8>(kinds + column, kind)
    }
    blank()
    if (take(CLOSE_OBJECT)) more = false
    else if (!take(COMMA)) return false
    else blank()
  }
  blank()
  if (!atEnd()) return false
  for (let i: i32 = 0; i < columns; i++)
    if ((load<u8>(kinds + i) & load<u8>(table + (<usize>i << 4), 8)) == 0) return false
  return true
}

/**
 * Reads records. `columnTable` has 16 bytes a column: address and length of its name, the kinds it may hold. `offsets` says
 * where the records begin behind `records`. Of each record 16 bytes a column, and 16 to spare, are written to `cells`:
 * address and length of a text or number, the value of a number or flag; a byte a column to `kinds`; to `read` whether it
 * could be read. Texts without their escapes go to `texts`, which has room for all records and 64 bytes.
 */
export function read(
  columnTable: usize,
  columnCount: i32,
  records: usize,
  offsets: usize,
  rows: i32,
  cells: usize,
  kinds: usize,
  wasRead: usize,
  texts: usize
): void {
  table = columnTable
  columns = columnCount
  writeTo(texts)
  const size = <usize>columns << 4
  for (let row: i32 = 0; row < rows; row++) {
    const at = offsets + (<usize>row << 2)
    begin(records + load<u32>(at), records + load<u32>(at, 4))
    store<u8>(wasRead + row, <u8>readRecord(cells + row * size, kinds + row * columns))
  }
}
