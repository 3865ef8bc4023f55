"""Case files: what is run and what must come, byte for byte.

    # one line that says what the case proves
    %% engines sqlite postgres      (optional) once for each, with $URL naming a fresh database
    %% file NAME                    a file in the folder of the case
    ...
    %% run                          a command line for bash; `bascule` is the binary under test
    bascule -X a.db -c 'select 1'
    %% stdin                        (optional) otherwise standard input is empty
    %% stdout                       (left out if empty)
    %% stderr                       (left out if empty)
    %% exit 0

Several %% run may follow each other in the same folder. {dir}, {server}, {port} and {database} stand for what
differs from run to run. A section whose text does not end with a newline says "(no newline)" behind its name.
"""

import difflib
import os
import re
import subprocess

from place import Place, is_under_test

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")
TIMEOUT = 60


def find_cases(update):
    out = []
    for name in sorted(os.listdir(CASES)):
        if not name.endswith(".case"):
            continue
        file = CaseFile(os.path.join(CASES, name))
        for engine in file.engines or [None]:
            if engine is None or is_under_test(engine):
                out.append(Script(file, engine, update and engine == (file.engines or [None])[0]))
    return out


class CaseFile:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)[: -len(".case")]
        self.sections = parse(path)
        rows = [section.words for section in self.sections if section.kind == "engines"]
        self.engines = rows[0] if rows else []


class Section:
    def __init__(self, kind, words, text):
        self.kind, self.words, self.text = kind, words, text


def parse(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        text = file.read()
    sections = []
    for piece in re.split(r"(?m)^%% ", text):
        head, _, body = piece.partition("\n")
        words = head.split()
        if not sections:
            sections.append(Section("title", [], piece))
            continue
        if words[-2:] == ["(no", "newline)"]:
            words, body = words[:-2], body.removesuffix("\n")
        if words[0] not in ("engines", "file", "run", "stdin", "stdout", "stderr", "exit"):
            raise RuntimeError(f"{path}: unknown section \"{words[0]}\"")
        sections.append(Section(words[0], words[1:], body))
    return sections


def section_text(head, text):
    if text and not text.endswith("\n"):
        return f"%% {head} (no newline)\n{text}\n"
    return f"%% {head}\n{text}"


class Script:
    def __init__(self, file, engine, update):
        self.file, self.engine, self.update = file, engine, update
        self.name = file.name + (f" [{engine}]" if engine else "")

    def run(self):
        with Place(self.engine) as place:
            differences, rewritten = self._play(place)
        if self.update:
            with open(self.file.path, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(rewritten)
        elif differences:
            raise AssertionError("\n".join(differences))

    def _play(self, place):
        differences, rewritten, sections = [], "", self.file.sections
        index = 0
        while index < len(sections):
            section = sections[index]
            index += 1
            if section.kind == "title":
                rewritten += section.text
            elif section.kind == "engines":
                rewritten += f"%% engines {' '.join(section.words)}\n"
            elif section.kind == "file":
                write_file(os.path.join(place.work, section.words[0]), section.text)
                rewritten += section_text(f"file {section.words[0]}", section.text)
            elif section.kind == "run":
                expected = {"stdin": "", "stdout": "", "stderr": "", "exit": "0"}
                while index < len(sections) and sections[index].kind in expected:
                    follower = sections[index]
                    expected[follower.kind] = follower.words[0] if follower.kind == "exit" else follower.text
                    index += 1
                got = run_command(place, section.text, expected["stdin"])
                for kind in ("stdout", "stderr", "exit"):
                    differences += difference(kind, section.text, expected[kind], got[kind])
                rewritten += section_text("run", section.text)
                for kind, text in (("stdin", expected["stdin"]), ("stdout", got["stdout"]), ("stderr", got["stderr"])):
                    rewritten += section_text(kind, text) if text else ""
                rewritten += f"%% exit {got['exit']}\n"
            else:
                raise RuntimeError(f"{self.file.path}: %% {section.kind} without %% run before it")
        return differences, rewritten


def write_file(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def run_command(place, command, stdin):
    done = subprocess.run(["bash", "-c", command], env=place.environment(), cwd=place.work, timeout=TIMEOUT,
                          input=stdin.encode("utf-8", "surrogateescape"), capture_output=True)
    return {"stdout": place.kept(done.stdout.decode("utf-8", "surrogateescape")),
            "stderr": place.kept(done.stderr.decode("utf-8", "surrogateescape")),
            "exit": str(done.returncode)}


def difference(kind, command, expected, got):
    if expected == got:
        return []
    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), "expected " + kind, "got " + kind, lineterm="", n=2)
    out = ["$ " + command.strip().replace("\n", "\n  "), *lines]
    if len(out) == 1:
        out.append(f"{kind}: {expected[-40:]!r} expected at the end, got {got[-40:]!r}")
    return [line.encode("utf-8", "backslashreplace").decode() for line in out]
