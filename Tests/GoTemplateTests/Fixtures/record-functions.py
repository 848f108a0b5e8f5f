#!/usr/bin/env python3
"""Ask the real Helm again for everything the tests of functions expect, and write down what it answers.

    record-functions.py /path/to/helm [file.json ...]

Reads the questions of sprig.json, calls.json, toml.json, regex.json, regexerrors.json, semver.json and serialization.json from
these files and puts the answers in their place. Needs no network.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile

CHART = "apiVersion: v2\nname: p\nversion: 0.1.0\n"
HERE = pathlib.Path(__file__).parent


def render(helm, text):
    with tempfile.TemporaryDirectory() as folder:
        chart = pathlib.Path(folder, "p")
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(CHART)
        (chart / "templates" / "p.txt").write_text(text)
        run = subprocess.run([helm, "template", "rel", str(chart)], capture_output=True, env={"HOME": folder, "TZ": "UTC"})
        return run.returncode, run.stdout, run.stderr.decode()


def each(helm, templates):
    """What each template prints, as bytes, or the error: a pair of which one is None."""

    def ask(items):
        lines = [
            't%d: {{ define "t%d" }}%s{{ end }}{{ include "t%d" . | b64enc | quote }}\n' % (i, i, t, i) for i, t in items
        ]
        code, out, err = render(helm, "".join(lines))
        if code == 0:
            found = re.finditer(rb't(\d+): *"?([^\s"]*)', out)
            return {int(m.group(1)): (base64.b64decode(m.group(2)), None) for m in found}
        if len(items) == 1:
            return {items[0][0]: (None, err)}
        half = len(items) // 2
        return ask(items[:half]) | ask(items[half:])

    answers = {}
    items = list(enumerate(templates))
    for start in range(0, len(items), 200):
        answers |= ask(items[start : start + 200])
    return [answers[i] for i in range(len(templates))]


def problem(err):
    """The text of the error of the innermost function that was called."""
    text = err.split("\n\nUse --debug")[0]
    if re.search(r"error calling (?!include)", text):
        return re.split(r"error calling (?!include)\w+: ", text)[-1]
    # An error of the language stands on the last line.
    return re.sub(r"^.*>: ", "", text.strip().split("\n")[-1].strip())


def literal(text):
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028")


def b64(text):
    return '(b64dec "%s")' % base64.b64encode(text.encode()).decode()


def templates(helm, old):
    asked = [row["t"] for row in old]
    for text, (out, err) in zip(asked, each(helm, asked)):
        yield {"t": text, "out": out.decode(errors="replace")} if err is None else {"t": text, "err": problem(err)}


def regex(helm, old):
    asked = [(pattern, row[0]) for pattern, rows in old.items() for row in rows]
    parts = '{{ regexFindAll %s %s -1 | toJson }}@@{{ regexReplaceAll %s %s "<$0|${1}|$2>" | toJson }}@@{{ regexSplit %s %s -1 | toJson }}'
    new = {}
    for (pattern, text), (out, _) in zip(asked, each(helm, [parts % ((literal(p), literal(t)) * 3) for p, t in asked])):
        found, replaced, split = map(json.loads, out.decode().split("@@"))
        new.setdefault(pattern, []).append([text, found or [], replaced, split or []])
    return new


def regex_errors(helm, old):
    asked = [row[0] for row in old]
    answers = each(helm, ['{{ mustRegexMatch %s "a" }}' % literal(pattern) for pattern in asked])
    return [[pattern, "" if err is None else problem(err)] for pattern, (_, err) in zip(asked, answers)]


def semver(helm, old):
    versions = old["versions"]
    asked = list(old["constraints"])
    row = " ".join("{{ semverCompare %%s %s }}" % literal(version) for version in versions)
    constraints = {}
    for text, (out, err) in zip(asked, each(helm, [row.replace("%s", literal(text)) for text in asked])):
        if err is None:
            constraints[text] = {"satisfied": [v for v, is_true in zip(versions, out.split()) if is_true == b"true"]}
        else:
            constraints[text] = {"error": problem(err)}
    names = "Major Minor Patch Prerelease Metadata Original String IncPatch IncMinor IncMajor".split()
    fields = " ".join("{{ $v.%s }}" % name for name in names)
    read = {}
    asked = list(old["read"])
    for text, (out, err) in zip(asked, each(helm, ["{{ $v := semver %s }}%s" % (literal(t), fields) for t in asked])):
        read[text] = out.decode() if err is None else "error: " + problem(err)
    return {"versions": versions, "constraints": constraints, "read": read}


def serialization(helm, old):
    names = {"yaml": "toYaml", "pretty": "toYamlPretty", "compact": "toJson", "indented": "toPrettyJson", "raw": "toRawJson"}
    call = "{{ $v := mustFromJson %s }}" + "@".join("{{ %s $v | b64enc }}" % name for name in names.values())
    asked = [row["json"] for row in old["written"]]
    written = []
    for text, (out, _) in zip(asked, each(helm, [call % b64(text) for text in asked])):
        texts = [base64.b64decode(part).decode() for part in out.decode().split("@")]
        written.append({"json": text} | dict(zip(names, texts)))
    asked = [row["json"] for row in old["toml"]]
    answers = each(helm, ["{{ toToml (mustFromJson %s) }}" % b64(text) for text in asked])
    toml = [{"json": text, "toml": out.decode()} for text, (out, _) in zip(asked, answers)]
    asked = [row["json"] for row in old["read"]]
    call = "{{ fromJson %s | toJson }}@@{{ fromJsonArray %s | toJson }}"
    read = []
    for text, (out, _) in zip(asked, each(helm, [call % (b64(text), b64(text)) for text in asked])):
        as_map, as_list = out.decode().split("@@")
        read.append({"json": text, "map": as_map, "list": as_list})
    return {"written": written, "toml": toml, "read": read}


FILES = {
    "sprig.json": lambda helm, old: list(templates(helm, old)),
    "calls.json": lambda helm, old: list(templates(helm, old)),
    "toml.json": lambda helm, old: list(templates(helm, old)),
    "regex.json": regex,
    "regexerrors.json": regex_errors,
    "semver.json": semver,
    "serialization.json": serialization,
}


def dump(value, depth=0):
    """JSON with a line for each entry, two levels deep at most."""
    deeper = isinstance(value, (dict, list)) and depth < (2 if isinstance(value, dict) else 1)
    if not deeper or not value:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        lines = [json.dumps(key, ensure_ascii=False) + ": " + dump(inner, depth + 1) for key, inner in value.items()]
        return "{\n" + ",\n".join(lines) + "\n}"
    return "[\n" + ",\n".join(json.dumps(inner, ensure_ascii=False) for inner in value) + "\n]"


if __name__ == "__main__":
    helm, *wanted = sys.argv[1:]
    for name in wanted or FILES:
        path = HERE / name
        path.write_text(dump(FILES[name](helm, json.loads(path.read_text()))) + "\n")
        print(name)
