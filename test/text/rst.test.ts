// reStructuredText comes out as plain Markdown.
import { expect, test } from "vitest"
import { rstText } from "#sluice/text"

const SOURCE = `.. comment here
   more

=====
Gates
=====

:Author: Ann Lock
:Date: 2026-01-02

Opening
-------

The *north* gate **opens** \`\`at dawn\`\` (see \`the hours <hours.html>\`_ and :func:\`os.path.join\`,
:ref:\`closing <close>\`, |name|) every_ day [1]_::

   open(gate)

     indented

.. |name| replace:: sluice gate

.. note:: Keep clear.

   - first
     wrapped
   - second

     with a paragraph

     1. one
     #. two

.. code-block:: python
   :linenos:

   def open():
       pass

.. versionadded:: 3.1
   The option.

.. function:: open(gate, speed=1)

   Opens it.

   :param gate: which one

term
   Its meaning.

=====  ======
Gate   Height
=====  ======
north  3 m
south  *2* m
=====  ======

+------+--------+
| Gate | Note   |
+======+========+
| n    | a long |
|      | one    |
+------+--------+

Closing
-------

.. image:: x.png

>>> close()
True

.. [1] A note.
`

const EXPECTED = `# Gates

* Author: Ann Lock
* Date: 2026-01-02

## Opening

The north gate opens \`at dawn\` (see the hours and \`os.path.join\`, closing, sluice gate) every day [1]:

\`\`\`
open(gate)

  indented
\`\`\`

Note: Keep clear.

* first wrapped
* second

  with a paragraph

  1. one
  2. two

\`\`\`python
def open():
    pass
\`\`\`

New in version 3.1: The option.

\`open(gate, speed=1)\`

Opens it.

* param gate: which one
* term: Its meaning.

| Gate | Height |
| --- | --- |
| north | 3 m |
| south | 2 m |

| Gate | Note |
| --- | --- |
| n | a long one |

## Closing

\`\`\`
>>> close()
True
\`\`\`

[1] A note.
`

test("a document with every kind of block", () => {
  expect(rstText(SOURCE)).toEqual({ title: "Gates", author: "Ann Lock", date: "2026-01-02", text: EXPECTED })
})

test.each([
  ["", ""],
  ["one\ntwo", "one two\n"],
  ["``a`b``", "a`b\n"],
  ["*a*b **c**", "*a*b c\n"],
  ["a_b_c d_ e__", "a_b_c d e\n"],
  ["\\*not\\* emphasis", "*not* emphasis\n"],
  [":py:class:`~a.b.C` and :doc:`/x` and :ref:`the end <end>`", "`C` and /x and the end\n"],
  ["`<https://a.org>`_", "https://a.org\n"],
  ["::\n\n  x\n   y\n\nz", "```\nx\n y\n```\n\nz\n"],
  ["Text::\n\n  code", "Text:\n\n```\ncode\n```\n"],
  ["- a\n\n  b\n- c", "* a\n\n  b\n\n* c\n"],
  ["(1) a\n(2) b", "1. a\n2. b\n"],
  [".. unknown:: x\n\n   kept", "kept\n"],
  [".. toctree::\n\n   a\n   b\n\nkept", "kept\n"],
  [".. _target:\n.. comment\n\nkept", "kept\n"],
  ["| a\n| b", "a b\n"],
  ["A. Lock wrote this.", "A. Lock wrote this.\n"],
  ["Ann\n====\n\nBo\n----\n\nCy\n====", "# Ann\n\n## Bo\n\n# Cy\n"],
  ["  quoted", "quoted\n"]
])("%j", (source, text) => {
  expect(rstText(source).text).toBe(text)
})

test("a PEP: its header gives title, author and date, its sections stand below the title", () => {
  const source =
    "PEP: 8\nTitle: Style\n  of code\nAuthor: Ann Lock <a@b.c>,\n        Bo Weir\nCreated: 05-Jul-2001\n\nAbstract\n========\n\nSee :pep:`257` and :rfc:`822`."
  expect(rstText(source)).toEqual({
    title: "PEP 8 – Style of code",
    author: "Ann Lock, Bo Weir",
    date: "05-Jul-2001",
    text: "# PEP 8 – Style of code\n\n## Abstract\n\nSee PEP 257 and RFC 822.\n"
  })
})

test("deep nesting ends, and is no danger", () => {
  const deep = Array.from({ length: 5000 }, (_, i) => `${"  ".repeat(Math.min(i, 2000))}- x`).join("\n\n")
  expect(rstText(deep).text.length).toBeGreaterThan(0)
  expect(rstText(`${"* ".repeat(20_000)}x`).text.length).toBeGreaterThan(0)
})
