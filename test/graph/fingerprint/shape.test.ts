// Scope analysis and syntax: which spellings are the same code, and which that look alike are not.
import { describe, expect, it } from "vitest"
import { readModule } from "../../../src/graph/fingerprint/module-reader.ts"
import type { Unit } from "../../../src/graph/fingerprint/module-summary.ts"

function unit(source: string): Unit {
  return readModule("a.ts", source).units[0]!
}

function shape(source: string): string {
  const { own, refs } = unit(source).shape
  return `${own} ${refs.join(" ")}`
}

const SAME: ReadonlyArray<readonly [string, string, string]> = [
  ["locals renamed", "const f = (a: number) => { let b = a; return b }", "const f = (x) => { let y = x; return y }"],
  [
    "destructured locals renamed",
    "const f = ({ a, ...r }, [b]) => a + b + r",
    "const f = ({ a: q, ...s }, [t]) => q + t + s"
  ],
  [
    "a caught error renamed",
    "function f() { try { g() } catch (e) { h(e) } }",
    "function f() { try { g() } catch (x) { h(x) } }"
  ],
  ["a loop variable renamed", "function f(a) { for (const b of a) g(b) }", "function f(q) { for (const r of q) g(r) }"],
  ["a var used before it stands", "function f() { g(a); var a = 1 }", "function f() { g(b); var b = 1 }"],
  ["generics and return types", "function f<T>(a: T): T[] { return [a] as T[] }", "function f(a) { return [a] }"],
  ["a this parameter", "function f(this: Date, a: number) { return a }", "function f(a) { return a }"],
  [
    "optional and definite marks",
    "class A { a?: number; b!: string; c(d?: number) { return d } }",
    "class A { a; b; c(d) { return d } }"
  ],
  [
    "declared fields and abstract members",
    "abstract class A { declare a: 1; abstract b(): void; c = 1 }",
    "class A { c = 1 }"
  ],
  ["implements and access marks", "class A implements B { private readonly a = 1 }", "class A { a = 1 }"],
  ["numbers of one value", "const a = 1000", "const a = 1_000"],
  ["texts of one value", "const a = 'x\\u0041'", 'const a = "xA"'],
  ["parentheses", "const a = (b + c) * (d)", "const a = (b + c) * d"],
  ["quoted keys", "const a = { b: 1, 2: 3 }", 'const a = { "b": 1, "2": 3 }']
]

const DIFFERENT: ReadonlyArray<readonly [string, string, string]> = [
  [
    "var that is the parameter, and var that is not",
    "function f(a) { var a; return a }",
    "function f(a) { var b; return b }"
  ],
  [
    "a default that sees the outer name",
    "function f(a = x) { var x = 1; return a }",
    "function f(a = y) { var x = 1; return a }"
  ],
  [
    "a local function's name, which code can see",
    "const f = () => { const g = () => 1; return g.name }",
    "const f = () => { const h = () => 1; return h.name }"
  ],
  [
    "the name of a default function",
    "const f = ({ g = () => 1 }) => g.name",
    "const f = ({ g: h = () => 1 }) => h.name"
  ],
  ["a shorthand __proto__", "const a = { __proto__ }", "const a = { __proto__: __proto__ }"],
  ["let and const", "let a = 1", "const a = 1"],
  ["optional chains", "const a = b?.c.d", "const a = (b?.c).d"],
  ["raw templates", "const a = String.raw`\\n`", "const a = String.raw`\n`"],
  ["big and small numbers", "const a = 1n", "const a = 1"],
  ["infinite and finite", "const a = 1e999", "const a = null"],
  ["lone surrogates", 'const a = "\\ud800"', 'const a = "\\ud801"'],
  ["surrogate and replacement mark", 'const a = "\\ud800"', 'const a = "\\ufffd"'],
  ["regular expression and text", "const a = /x/g", 'const a = "/x/g"'],
  ["async and not", "const f = async () => 1", "const f = () => 1"],
  ["getter and method", "class A { get b() { return 1 } }", "class A { b() { return 1 } }"],
  ["static and not", "class A { static b = 1 }", "class A { b = 1 }"],
  ["private and public", "class A { #b = 1 }", "class A { b = 1 }"],
  ["computed and named members", "const a = b[c]", "const a = b.c"],
  ["holes of arrays", "const a = [1, , 2]", "const a = [1, 2]"],
  ["labels", "function f() { a: for (;;) { for (;;) break a } }", "function f() { a: for (;;) { for (;;) break } }"],
  ["prefix and postfix", "const f = (a) => a++", "const f = (a) => ++a"],
  ["inner and outer name of a class", "const f = (A) => class A { b = A }", "const f = (A) => class B { b = A }"],
  ["names of one pattern exchanged", "const { a, b } = c", "const { b, a } = c"],
  ["arguments and a name", "function f() { return arguments }", "function f() { return other }"],
  [
    "a block's function and the outer one",
    "function f(g) { { function g() {} } return g }",
    "function f(g) { { function h() {} } return h }"
  ]
]

describe("shapes", () => {
  it.each(SAME)("are one for %s", (_, one, two) => expect(shape(one)).toBe(shape(two)))
  it.each(DIFFERENT)("differ for %s", (_, one, two) => expect(shape(one)).not.toBe(shape(two)))

  it.each([
    ["const a = (b) => b + c", ["c"]],
    ["const a = { b: 1, c }", ["c"]],
    ["function f() { return f }", ["f"]],
    ["const a = function g() { return g }", []],
    ["const a = () => { try {} catch { return d } }", ["d"]],
    ["const a = (b: Type) => b as Other", []],
    ["const f = ({ a: b = c }) => b", ["c"]],
    ["const f = () => { l: for (;;) { break l } }", []],
    ["const f = () => { const inner = inner2; { const inner2 = 1 } }", ["inner2"]],
    ["class A { #x = 1; y() { return this.#x + z } }", ["z"]],
    ["const f = () => import('./a.ts')", ["import:./a.ts"]],
    ["const f = () => import(a)", ["!import()", "a"]],
    ["const a = Math.max(1, Date.now())", ["Math.max", "Date.now"]],
    ["const a = (Math: M) => Math.random()", []],
    ["const a = globalThis.process.env", ["globalThis.process.env"]],
    ["const { env } = process", ["process.env"]],
    ["const a = [new Date(), new Date(1)]", ["Date.()", "Date.new"]],
    ["const a = typeof process", ["process.typeof"]],
    ["const a = new URL('./x.md', import.meta.url)", ["asset:./x.md"]]
  ])("%s refers to %j", (source, refs) => expect([...unit(source).shape.refs].sort()).toEqual([...refs].sort()))
})

describe("initialisers", () => {
  const acts = (source: string): boolean => {
    const units = readModule("a.ts", source).units
    const last = units.at(-1)!
    return last.effects === "whole" || last.effects.length > 0
  }
  it.each([
    "const a = { b: [1, `x`], c: () => d(), e: class { f = g() } }",
    "const a = new Set(['x']), b = new Map([[1, 2]]), c = new Uint8Array([1]), d = /x/g",
    "const a = Object.freeze({ b: 1 })",
    "const a = Object.assign(() => b(), { c: 1 }, { d: [2] })",
    "import { S } from 's'\nconst a = S.Struct({ b: S.String.pipe(S.min(1)) })",
    "import { S } from 's'\nclass A extends S.Class<A>('A')({ b: S.String }) {}",
    "const a = new Intl.Segmenter('en'), b = Math.sqrt(2), c = Math.PI, d = -1",
    "import { readFileSync } from 'node:fs'\nconst a = readFileSync(new URL('./a.txt', import.meta.url), 'utf8').trim().split('\\n')",
    "const a = Object.entries({ b: 1 }), c = JSON.parse('1'), d = String.raw`x`",
    "export function f() { g() }",
    "class A { static b = 1; static c() { d() } }"
  ])("are pure: %s", (source) => expect(acts(source)).toBe(false))
  it.each([
    "const a = b()",
    "const a = [c, d()]",
    "const a = (() => 1)()",
    "var a = 1",
    "const a = await b",
    "a.b = 1",
    "const a = process.env.X",
    "const a = new Date()",
    "const a = new Foo()",
    "class A { static { b() } }",
    "class A { static b = c() }",
    "class A { [b()] = 1 }",
    "import { S } from 's'\nconst a = S.String.pipe((s) => s)",
    "import { S } from 's'\nconst a = S.decode(x)(y)",
    "const b = {}\nconst a = Object.freeze(b)",
    "const a = Object.assign(b, { c: 1 })",
    "const a = Object.assign(() => 1, b)",
    "const a = Object.assign(() => 1, ...[{ c: 1 }])",
    "const a = Object.assign(() => 1, { c: d() })",
    "const a = Object.assign(() => 1, { get c() { return d() } })",
    "const a = Object.assign(() => 1, { ...b() })",
    "const a = Object.assign({ set c(d) { e(d) } }, { c: 1 })",
    "const a = Array.from({ length: 2 }, (_, i) => i)",
    "const a = [...b()]",
    "const a = (b = 1)",
    "if (a) b()",
    "export default a()"
  ])("act: %s", (source) => expect(acts(source)).toBe(true))
})
