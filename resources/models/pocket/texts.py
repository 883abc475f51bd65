#!/usr/bin/env python3
"""Lists the texts that pocket is trained on and those held out: texts.py BOOKS OUT.

BOOKS is a folder of plain-text books. Writes OUT/books.txt and OUT/code.txt for training, OUT/held-out/books.txt and
OUT/held-out/code.txt for evaluation: one path a line.
"""
import hashlib
import pathlib
import sys

HELD_OUT_BOOKS = {"wells-the-war-of-the-worlds.txt", "austen-northanger-abbey.txt"}
PYTHON = pathlib.Path("/usr/lib/python3.11")
HEADERS = pathlib.Path("/usr/include")
LEFT_OUT = ("node", "vulkan", "GL", "valgrind", "qt5")  # large, generated or not C
LARGEST_HEADER = 300_000
HELD_OUT_BYTES = 700_000  # of Python, and of headers


def digest(file):
    return hashlib.sha256(str(file.relative_to("/usr")).encode()).hexdigest()


def headers():
    for file in sorted(HEADERS.rglob("*.h")) + sorted(HEADERS.rglob("*.hpp")):
        folders = file.relative_to(HEADERS).parts[:-1]
        if any(name.startswith(LEFT_OUT) for name in folders):
            continue
        if file.is_file() and file.stat().st_size < LARGEST_HEADER:
            yield file


def first_bytes(files, most):
    total = 0
    for file in sorted(files):
        if total > most:
            return
        total += file.stat().st_size
        yield file


def write(out, files):
    files = list(files)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(f"{file}\n" for file in files))
    print(f"{out}: {len(files)} files, {sum(f.stat().st_size for f in files)} bytes")


def main(books, out):
    books = sorted(pathlib.Path(books).resolve().glob("*.txt"))
    python = sorted(PYTHON.rglob("*.py"))
    c = list(headers())
    out = pathlib.Path(out)
    held_out = lambda file: digest(file).startswith("0")
    write(out / "books.txt", (f for f in books if f.name not in HELD_OUT_BOOKS))
    write(out / "code.txt", [f for f in python if not held_out(f)]
          + [f for f in c if not held_out(f) and digest(f)[1] in "01234"])
    write(out / "held-out" / "books.txt", (f for f in books if f.name in HELD_OUT_BOOKS))
    write(out / "held-out" / "code.txt", [f for part in (python, c)
                                         for f in first_bytes(filter(held_out, part), HELD_OUT_BYTES)])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
