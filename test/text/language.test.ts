// Language detection.
import { expect, test } from "vitest"
import { detectLanguage, makeDetector } from "#sluice/text"

const detect = (text: string, detector = makeDetector()) => {
  const bytes = Buffer.from(text, "utf8")
  return detectLanguage(detector, bytes, 0, bytes.length)
}

test.each([
  ["en", "The quick brown fox jumps over the lazy dog while everybody is looking."],
  ["de", "Der schnelle braune Fuchs springt über den faulen Hund, während alle zuschauen."],
  ["fr", "Le renard brun saute par-dessus le chien paresseux pendant que tout le monde regarde."],
  ["es", "El zorro marrón salta sobre el perro perezoso mientras todos miran."],
  ["ru", "Быстрая коричневая лиса прыгает через ленивую собаку, пока все смотрят."],
  ["ja", "素早い茶色の狐がのろまな犬を飛び越えるのを皆が見ている。"],
  ["zh", "敏捷的棕色狐狸跳过了懒狗，大家都在看。"],
  ["ar", "الثعلب البني السريع يقفز فوق الكلب الكسول والجميع يشاهد."]
])("%s", (language, text) => {
  const found = detect(text)
  expect(found.language).toBe(language)
  expect(found.confidence).toBeGreaterThan(0.65)
})

test("no words, no language", () => {
  expect(detect("123 --- 456")).toEqual({ language: "", confidence: 0 })
})

test("a detector remembers nothing of the text before", () => {
  const detector = makeDetector()
  const texts = [
    "Der schnelle braune Fuchs springt über den Hund.",
    "a b c",
    "the end of the story",
    "日本語の文章です"
  ]
  const alone = texts.map((text) => detect(text))
  expect(texts.map((text) => detect(text, detector))).toEqual(alone)
  expect([...texts].reverse().map((text) => detect(text, detector))).toEqual([...alone].reverse())
})

test("a long text is judged by windows all over it", () => {
  const german = "Der schnelle braune Fuchs springt über den faulen Hund, während alle zuschauen. "
  expect(detect(`A heading in English. ${german.repeat(200)}`).language).toBe("de")
})
