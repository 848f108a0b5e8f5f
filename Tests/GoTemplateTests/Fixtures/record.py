#!/usr/bin/env python3
"""Ask the real Helm again for every template of language.json, and write down what it answers.

    record.py /path/to/helm [language.json]

A template is first rendered as the body of a definition whose text is printed as JSON, so that all bytes are
kept (`out`). If that fails, or the template defines others itself, it is rendered as a file: an error is kept
as `err`, and what a file prints as `file`. Of answers over 6,000 bytes only the beginning is kept (`begins`).
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

CHART = 'apiVersion: v2\nname: p\nversion: 0.1.0\nappVersion: "1.0"\n'


def render(helm, values, text):
    with tempfile.TemporaryDirectory() as folder:
        chart = pathlib.Path(folder, "p")
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(CHART)
        (chart / "values.yaml").write_text(json.dumps(values))
        (chart / "templates" / "p.yaml").write_text(text)
        command = [helm, "template", "rel", str(chart), "-n", "ns1", "--kube-version", "1.34.0"]
        done = subprocess.run(command, capture_output=True, text=True, env={"HOME": folder})
    return done.stdout if done.returncode == 0 else None, error_text(done.stderr)


def error_text(stderr):
    text = stderr.strip().removeprefix("Error: ")
    return re.sub(r"\n\nUse --debug flag to render out invalid YAML$", "", text)


def answer(helm, values, text):
    if "define " not in text and "block " not in text:
        body = '{{ define "probe" }}' + text + '{{ end }}\nout: {{ include "probe" . | toJson }}\n'
        printed, _ = render(helm, values, body)
        if printed is not None:
            return {"out": json.loads(re.search(r"^out: (.*)$", printed, re.M).group(1))}
    printed, error = render(helm, values, text)
    if printed is None and not error.startswith("YAML parse error"):
        return {"err": error}
    printed, error = render(helm, values, "x: |\n  " + text)
    if printed is None:
        raise SystemExit(f"neither text nor error: {text!r}: {error}")
    return {"file": re.match(r"---\n# Source: .*\nx: \|\n  (.*)\n\Z", printed, re.S).group(1)}


def main():
    helm = sys.argv[1]
    file = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent / "language.json")
    recorded = json.loads(file.read_text())
    probes = []
    for probe in recorded["probes"]:
        given = answer(helm, recorded["values"], probe["t"])
        for kind, text in list(given.items()):
            if len(text) > 6000:
                given = {"begins": text[:600]}
        probes.append({"t": probe["t"], **given})
    recorded["probes"] = probes
    file.write_text(json.dumps(recorded, indent=1, ensure_ascii=False))


main()
