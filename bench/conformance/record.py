"""Records what datatrove 0.10 decides on documents of the corpus, as hashes and verdicts, for the conformance test.

Usage: python bench/conformance/record.py CORPUS OUT.json.gz, with `pip install 'datatrove[io,processing]==0.10.0' spacy nltk zstandard`.
CORPUS is a folder of *.jsonl.zst with id, text and lang. The documents: those with a text whose own lang is "en", the same
number from every file (a file that has fewer gives all), evenly spaced in file order, 2,000 in all; so short texts, which
are most of the corpus and are decided by their length, do not drown the rest. No text is written.
"""
import gzip
import hashlib
import io
import json
import sys
from importlib.metadata import version
from pathlib import Path

import zstandard
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.text import split_into_words

WANTED = 2000
FILTERS = {
    "gopher": GopherQualityFilter(),
    "gopherRepetition": GopherRepetitionFilter(),
    "c4": C4QualityFilter(),
    "c4AnyEnd": C4QualityFilter(filter_no_terminal_punct=False),
    "fineweb": FineWebQualityFilter(),
}


def english_texts(path):
    with open(path, "rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            record = json.loads(line)
            if record.get("text") and record.get("lang") == "en":
                yield record["text"]


def shares(sizes):
    """How many documents each file gives: the same number, what small files lack spread over the others."""
    given = [0] * len(sizes)
    left = min(WANTED, sum(sizes))
    while left > 0:
        open_files = [i for i, size in enumerate(sizes) if given[i] < size]
        each = max(1, left // len(open_files))
        for i in open_files:
            more = min(each, sizes[i] - given[i], left)
            given[i] += more
            left -= more
    return given


def digest(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def judge(text):
    row = [digest(text), digest("\n".join(split_into_words(text)))]
    for name, rules in FILTERS.items():
        document = Document(text=text, id="")
        kept = rules.filter(document)
        row.append("" if kept is True else kept[1])
        if name.startswith("c4"):
            row.append(digest(document.text) if kept is True else "")
    return row


def main(corpus, out):
    texts = [list(dict.fromkeys(english_texts(path))) for path in sorted(Path(corpus).glob("*.jsonl.zst"))]
    chosen = {}
    for documents, count in zip(texts, shares([len(documents) for documents in texts])):
        for i in range(count):
            chosen[documents[i * len(documents) // count]] = None
    columns = ["sha256", "words"]
    for name in FILTERS:
        columns += [name, f"{name}Text"] if name.startswith("c4") else [name]
    recorded = {
        "datatrove": version("datatrove"),
        "spacy": version("spacy"),
        "columns": columns,
        "rows": [judge(text) for text in chosen],
    }
    with open(out, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(recorded, separators=(",", ":")).encode())
    print(f"{len(recorded['rows'])} documents")


if __name__ == "__main__":
    main(*sys.argv[1:3])
