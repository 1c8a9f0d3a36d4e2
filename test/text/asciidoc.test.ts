// AsciiDoc comes out as plain Markdown.
import { expect, test } from "vitest"
import { asciidocText } from "#sluice/text"

const SOURCE = `// comment
= Gates: A Guide
Ann Lock <ann@x.org>
v1.2, 2026-01-02
:toc:
:name: sluice

The *north* gate _opens_ \`at dawn\` (see link:hours.html[the hours], https://x.org[site^] and <<close,closing>>). +
The {name} stays.footnote:[A note.]

[[open]]
== Opening

.A title
[source,python]
----
def open(): # <1>
    pass
----
<1> Opens it.

* first
wrapped
** deeper
* second
+
with a paragraph

. one
.. inner
. two

term:: Its meaning.
other::
  Its own.

NOTE: Keep clear.

[WARNING]
====
Mind the *step*.

* a
====

|===
|Gate |Height

|north
|3 m
|south |2 m
|===

 literal text
   here

[#close]
=== Closing

image::x.png[A gate]

____
Quoted words.
____
`

const EXPECTED = `# Gates: A Guide

The north gate opens \`at dawn\` (see the hours, site and closing). The sluice stays. (A note.)

## Opening

A title

\`\`\`python
def open():
    pass
\`\`\`

1. Opens it.

* first wrapped
  * deeper
* second

  with a paragraph

  1. one
    1. inner
  2. two
    * term: Its meaning.
    * other: Its own.

NOTE: Keep clear.

Warning: Mind the step.

* a

| Gate | Height |
| --- | --- |
| north | 3 m |
| south | 2 m |

\`\`\`
literal text
  here
\`\`\`

### Closing

Quoted words.
`

test("a document with every kind of block", () => {
  expect(asciidocText(SOURCE)).toEqual({
    title: "Gates: A Guide",
    author: "Ann Lock",
    date: "2026-01-02",
    language: "",
    text: EXPECTED
  })
})

test.each([
  ["", ""],
  ["one\ntwo", "one two\n"],
  ["*a* _b_ `c` #d# **e**f x^2^", "a b `c` d ef x2\n"],
  ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name\n"],
  ["https://a.org[] mailto:a@b.c[Ann] <<id>> <<id,The id>>", "https://a.org Ann id The id\n"],
  [":v: 7\n\nVersion {v}, {unknown}.", "Version 7, {unknown}.\n"],
  ["----\ncode {v}\n----", "```\ncode {v}\n```\n"],
  ["[source,js]\n----\nlet a // <1>\n----\n<1> A.\n\n* b", "```js\nlet a\n```\n\n1. A.\n\n* b\n"],
  ["* a\n** b\n* c", "* a\n  * b\n* c\n"],
  [". a\n. b\n\n//-\n\n* c", "1. a\n2. b\n\n* c\n"],
  ["a:: b\nc::\n  d", "* a: b\n* c: d\n"],
  ["ifdef::x[]\nkept\nendif::[]", "kept\n"],
  ["// gone\nkept", "kept\n"],
  ["////\ngone\n////\nkept", "kept\n"],
  ["++++\n<b>\n++++\nkept", "kept\n"],
  ['[cols="1,1"]\n|===\n|a\n|b\n|c\n|d\n|===', "| a | b |\n| c | d |\n"],
  ["== A\n\n=== B", "## A\n\n### B\n"],
  ["a +\nb", "a b\n"],
  ["----\nopen to the end", "```\nopen to the end\n```\n"],
  [":a: {b}\n:b: {a}\n\n{a}", "{a}\n"]
])("%j", (source, text) => {
  expect(asciidocText(source).text).toBe(text)
})

test("deep nesting ends, and is no danger", () => {
  const deep = Array.from({ length: 300 }, (_, i) => "=".repeat(i + 4))
  expect(asciidocText([...deep, "x", ...deep.toReversed()].join("\n")).title).toBe("")
})
