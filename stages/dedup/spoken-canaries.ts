// Canaries for stages that go by meaning: sentences on things far apart, for made-up words are all alike to an encoder.
import type { Canaries } from "./canaries.ts"

const sentences: ReadonlyArray<string> = [
  "Seventeen accordion players marched across the frozen reservoir to celebrate the mayor's forgotten birthday.",
  "Whisk the saffron into lukewarm buttermilk before folding in three ounces of sifted chestnut flour.",
  "The referee disallowed the goal because the left winger had strayed beyond the last defender.",
  "Basalt columns form when thick lava cools slowly and cracks into nearly perfect hexagons.",
  "Our cousin knits mittens for orphaned hedgehogs and posts them to wildlife hospitals every autumn.",
  "A judge in Antwerp ruled that the inherited violin must be returned to the family of its maker.",
  "The spacecraft fired its thrusters for nine seconds to settle into orbit around the dusty comet.",
  "Unsecured creditors will be paid after the pension fund has recovered its overdue contributions.",
  "My dentist hums opera while drilling, which makes root canals strangely festive.",
  "To prune espaliered pear trees, remove the water shoots in July and tie down the leaders.",
  "Antibodies against the measles virus usually persist for decades after a second injection.",
  "The compiler rejects the recursive type alias unless one branch is wrapped in an object.",
  "Caravans carried salt southwards across the desert and came home loaded with gold dust.",
  "Tonight's ferry to the outer islands is cancelled owing to gale-force winds and heavy swell.",
  "Glaze the teapot twice, let it dry overnight and fire it at twelve hundred degrees.",
  "Shareholders of the toy manufacturer voted against merging with its oldest competitor.",
  "Bats find moths in the dark by listening for echoes of their own high-pitched cries.",
  "The orchestra tuned to a slightly flat oboe and nobody in the balcony noticed.",
  "A locksmith opened the abandoned bank vault and found only umbrellas and a stuffed owl.",
  "Please sand the oak floorboards along the grain before you apply the second coat of wax.",
  "Monks in the valley brewed dark beer to endure the long fast before Easter.",
  "The telescope's mirror was polished until no bump was higher than a few atoms.",
  "Children under six travel free on trams, provided they sit on an adult's lap.",
  "Her doctoral thesis compares the verb endings of extinct languages along the Silk Road."
]

/** At most so many of each kind. */
export const mostSpoken = sentences.length / 2

/** Canaries of `count` sentences planted twice and as many planted once, no two on the same thing. */
export const makeSpokenCanaries = (count: number): Canaries => ({
  texts: [...sentences.slice(0, count).flatMap((text) => [text, text]), ...sentences.slice(count, 2 * count)],
  twice: count
})
