#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page docs/benchmarks.md from results.json: render.py writes it anew.

In here: medians, ratios, tables. Not in here: measuring; a figure that is not
in results.json is not on the page.
"""
import json
import os
from statistics import median

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "results.json")
PAGE = os.path.join(os.path.dirname(HERE), "docs", "benchmarks.md")

AIM_RATIO, AIM_PEAK_MIB, AIM_SYMBOLIC_MS, AIM_GROWTH = 1000, 16, 100, 0.2
AIM_MODEL, AIM_SYMBOLIC = "ViT-B/16", "Llama-3-8B, no weights"

INTRO = """\
# Benchmarks

Whole processes beside each other, from fork to exit: what a user waits for. \
`bench/run` measures and writes this page (`bench/README.md` says how); the \
samples are in `bench/results.json`.
"""

TOOLS = """\
- **onnxcost**: `onnxcost MODEL`, the text report; with `-f json` every node \
and every shape.
- **onnx**: `onnx.load`, `infer_shapes`. Counts nothing; others build on it.
- **onnx-tool**: `Model`, `shape_infer`, `profile`, `print_node_map` to a \
file. It knows no symbols: it gets batch 1, seq 128.
- **onnxsim**: `ModelInfo`, the metrics it prints when it simplifies.
- **onnxruntime**: `SymbolicShapeInference.infer_shapes`. Counts nothing.
"""

FILES = """\
The first files have weights in them, random ones of the right size, as \
exporters write them. "No weights": the graph of the full model, whose weights \
are said to be in another file, which onnxcost does not look for; the others \
find one of the right size without a byte in it, and are told not to load it. \
Sizes of GPT-2, Llama-3-8B and Falcon-7B are open (batch, seq): \
onnxcost, onnxsim and onnxruntime answer in formulas.
"""


# ---- words ----

def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join("| %s |\n" % " | ".join(map(str, line)) for line in lines)


def rounded(value):
    """Three digits, more where they are whole."""
    if value >= 100:
        return "%d" % round(value)
    return "%.1f" % value if value >= 10 else "%.2f" % value


def millions(instructions):
    return "" if instructions is None else rounded(instructions / 1e6)


def bytes_as_text(size):
    return "%s MB" % rounded(size / 1e6)


def times(ratio):
    return rounded(ratio) + " x"


def share(change):
    return "%+.1f %%" % (100 * change)


# ---- the runs ----

def middle(result, key):
    return median(result[key])


def least_and_middle(result, key):
    if "stops" in result:
        return "stops"
    return "%s / %s" % (rounded(min(result[key])),
                        rounded(middle(result, key)))


def ratio(model, package, key):
    """None where the rival stopped."""
    rival = model["rivals"][package]
    if "stops" in rival:
        return None
    return middle(rival, key) / middle(model["onnxcost"], key)


def both_ratios(model, package):
    wall, cpu = (ratio(model, package, key) for key in ("wall_ms", "cpu_ms"))
    return "stops" if wall is None else "%s / %s" % (times(wall), times(cpu))


def per_tool(models, packages, show, title):
    tools = [("onnxcost", lambda model: model["onnxcost"]),
             ("`-f json`", lambda model: model["onnxcost -f json"])]
    tools += [(package, lambda model, package=package:
               model["rivals"][package]) for package in packages]
    return table([title, *(name for name, _ in tools)],
                 [[model["name"], *(show(of(model)) for _, of in tools)]
                  for model in models])


def said(says):
    if "shaped" in says:
        return "%d of %d shapes" % tuple(says["shaped"])
    return says.get("macs", "")


def answers(models, packages):
    rows = []
    for model in models:
        rivals = [model["rivals"][package] for package in packages]
        rows.append([model["name"], model["says"]["macs"],
                     model["says"]["params"],
                     *("stops" if "stops" in rival else said(rival["says"])
                       for rival in rivals),
                     model["rivals"]["onnx-tool"]["says"].get("params", "")])
    return table(["model", "MACs", "parameters", *packages,
                  "onnx-tool, parameters"], rows)


def stops(models):
    return "".join("- %s, %s: `%s`\n" % (
        package, model["name"], rival["stops"].replace("`", "'"))
        for model in models for package, rival in model["rivals"].items()
        if "stops" in rival)


def behind(models):
    """Where onnxcost takes more than another."""
    found = ["%s on %s (%s of its %s)" % (
        package, model["name"], times(1 / of_ours), what)
        for key, what in (("wall_ms", "time"), ("cpu_ms", "CPU time"),
                          ("peak_mib", "memory"))
        for model in models for package in model["rivals"]
        for of_ours in [ratio(model, package, key)]
        if of_ours is not None and of_ours < 1]
    return ("onnxcost is behind %s." % ", ".join(found) if found else
            "In no cell of these tables does onnxcost take longer or more "
            "memory.")


def rivals_section(part):
    around, found = part["around"], part["found"]
    models = found["models"]
    packages = list(models[0]["rivals"])
    floors = {name: rounded(min(result["wall_ms"]))
              for name, result in found["floors"].items()}
    text = "## Beside other tools\n\n%s\n%s\n" % (TOOLS, FILES)
    text += "Time of the other tool by that of `onnxcost MODEL`, medians, " \
        "wall / CPU (user and system):\n\n"
    text += table(["model", "file", *packages],
                  [[model["name"], bytes_as_text(model["file_bytes"]),
                    *(both_ratios(model, package) for package in packages)]
                   for model in models])
    text += "\n%s Starting up is part of a process: doing nothing takes at " \
        "least %s ms, Python with nothing to do %s ms, with `import onnx` %s " \
        "ms.\n\n" % (
            behind(models), floors["true"], floors["python"], floors["onnx"])
    for key, title, show in (
            ("wall_ms", "wall ms, min / median", least_and_middle),
            ("cpu_ms", "CPU ms, min / median", least_and_middle),
            ("peak_mib", "peak MiB, median", None)):
        text += per_tool(
            models, packages,
            lambda result: show(result, key) if show else
            "stops" if "stops" in result else rounded(middle(result, key)),
            title) + "\n"
    text += "### What they say\n\nMACs at batch 1, seq 128; a tool that " \
        "counts nothing: how many results of nodes got a shape.\n\n"
    text += answers(models, packages)
    text += "\nWhere one stops, and with what:\n\n%s" % stops(models)
    return text, around


# ---- aims ----

def find(models, name):
    return next((model for model in models if model["name"] == name), None)


def aims(part):
    models, floors = part["found"]["models"], part["found"]["floors"]
    static, symbolic = (find(models, name)
                        for name in (AIM_MODEL, AIM_SYMBOLIC))
    lines = []
    if static:
        lines.append("Peak memory, %s with weights: %s MiB (aim: below %d)." % (
            AIM_MODEL, rounded(middle(static["onnxcost"], "peak_mib")),
            AIM_PEAK_MIB))
    if symbolic:
        lines.append("%s, in formulas: %s ms, min / median (aim: below %d)." % (
            AIM_SYMBOLIC, least_and_middle(symbolic["onnxcost"], "wall_ms"),
            AIM_SYMBOLIC_MS))
    if static and ratio(static, "onnx-tool", "wall_ms"):
        wall = ratio(static, "onnx-tool", "wall_ms")
        lines.append("onnx-tool by onnxcost, %s: %s by the wall, %s by CPU "
                     "(aim: %d)." % (
                         AIM_MODEL, times(wall),
                         times(ratio(static, "onnx-tool", "cpu_ms")),
                         AIM_RATIO))
        if wall < AIM_RATIO:
            lines[-1] += (
                " A thousandth of onnx-tool's shortest run is %s ms; a "
                "process that does nothing takes at least %s ms here. What "
                "the rest is spent on stands under [Phases](#phases)." % (
                    rounded(min(static["rivals"]["onnx-tool"]["wall_ms"]) /
                            AIM_RATIO),
                    rounded(min(floors["true"]["wall_ms"]))))
    return "".join("- %s\n" % line for line in lines)


# ---- arenas ----

PLANNERS = """\
One arena for all activations of a model, inputs and outputs in it, weights \
not, in the file's order, with all sizes bound; each pair of columns under the \
same rules. **alive** is what lies in the planned blocks at the worst step: no \
arena can be smaller.

- **onnx-tool**: `compress_memory`, of the graph and of its compute graph, the \
smaller one; blocks of 64 bytes, nothing in place. Beside it `onnxcost MODEL`.
- **onnxsim**: `plan_activation_memory`; no rounding, results written over \
operands. Beside it `onnxcost --count in-place --count align=1`. It gets the \
shapes that onnxruntime found, as its own inference leaves most tensors out \
where sizes pass through the arithmetic of shapes.
- The others (onnx, onnxruntime's Python tools) plan no memory.
"""

WHY = """\
Where alive is equal, both tools count the same tensors, and what an arena has \
beyond it are holes:

- onnx-tool places results as they are made, each into the first hole, and \
splits one only when more than 1 MiB would be left of it. On small models that \
gives a small tensor a large block for its life.
- onnxsim places the largest first, as onnxcost does in the first of its \
orders, into the smallest hole that fits; there is no second order.

Where alive differs:

- onnxsim (ViT-B/16, Swin-T) writes over an operand only where no other node \
reads it, and for a list of operators without Softmax, LayerNormalization and \
Gelu.
- onnx-tool gives away the block of an output that another node reads (lost \
outputs): on Llama two tensors that live at the same time then share one, \
and alive is what is left, too low.
- Results that onnxsim is told no shape of (left out) are those that \
onnxruntime computes beforehand: shape arithmetic, constants. Here they have \
no buffer either.
"""


def planned(result, key):
    return "stops" if "stops" in result else result.get(key, "")


def planning_rows(models, package, extra):
    rows = []
    for model in models:
        pair = model["beside"][package]
        rows.append([model["name"], planned(pair["rival"], "arena"),
                     planned(pair["rival"], "alive"),
                     planned(pair["rival"], extra),
                     pair["onnxcost"]["arena"], pair["onnxcost"]["alive"]])
    return rows


def larger_arenas(models):
    """Where onnxcost's arena is the larger one."""
    found = ["%s beside %s (%d bytes more)" % (
        model["name"], package, ours - theirs)
        for model in models for package, pair in model["beside"].items()
        for ours in [pair["onnxcost"]["arena"]]
        for theirs in [pair["rival"].get("arena", ours)] if ours > theirs]
    return ("onnxcost's arena is the larger one on %s." % ", ".join(found)
            if found else "In no row is onnxcost's arena the larger one.")


def above_alive(models):
    found = ["%s %s (%d bytes)" % (
        model["name"], "in place" if "in-place" in pair["counting"] else
        "as it is", own["arena"] - own["alive"])
        for model in models for pair in model["beside"].values()
        for own in [pair["onnxcost"]] if own["arena"] > own["alive"]]
    return ("It has holes on %s." % ", ".join(found) if found else
            "It has no hole in any.")


def memory_section(part):
    models = part["found"]
    text = "## Memory planning\n\n%s\n" % PLANNERS
    for package, extra, title in (
            ("onnx-tool", "lost_outputs", "lost outputs"),
            ("onnxsim", "left_out", "left out")):
        text += table(["bytes", package, "alive", title, "onnxcost", "alive"],
                      planning_rows(models, package, extra)) + "\n"
    text += "%s %s\n\n%s" % (larger_arenas(models), above_alive(models), WHY)
    stopped = "".join("- %s, %s: `%s`\n" % (
        package, model["name"], pair["rival"]["stops"].replace("`", "'"))
        for model in models for package, pair in model["beside"].items()
        if "stops" in pair["rival"])
    if stopped:
        text += "\nWhere one stops, and with what:\n\n" + stopped
    return text, part["around"]


# ---- phases ----

def outside(found):
    return found["total"] - found["main"] if found["main"] else None


def rest(found):
    """Of main: options, the terminal, files for output."""
    named = [found["load"], found["analyze"], found["free"],
             found["write"]["text"]]
    if None in (found["main"], *named):
        return None
    return found["main"] - sum(named)


PHASES = (
    ("outside `main`: linking, libraries", outside),
    ("load", lambda found: found["load"]),
    ("- the scan that leaves weights out", lambda found: found["scan"]),
    ("- protobuf-c", lambda found: found["unpack"]),
    ("analyze", lambda found: found["analyze"]),
    ("- shapes and costs", lambda found: found["infer"]),
    ("- totals, groups, rows", lambda found: found["report"]),
    ("write the text", lambda found: found["write"]["text"]),
    ("free", lambda found: found["free"]),
    ("other", rest),
    ("**all**", lambda found: found["total"]),
    ("writing JSON instead", lambda found: found["write"]["json"]),
    ("writing CSV instead", lambda found: found["write"]["csv"]),
)


def phases_section(part):
    text = "## Phases\n\nMillions of instructions by callgrind, of a " \
        "build whose files are each optimised alone; rows with a dash are " \
        "parts of the row above.\n\n"
    return text + table(
        ["phase", *(found["name"] for found in part["found"])],
        [[name, *(millions(of(found)) for found in part["found"])]
         for name, of in PHASES]), part["around"]


# ---- growth ----

def per_node(row):
    return (row["instructions"] / row["nodes"] if "instructions" in row
            else None)


def growth_row(row, base):
    mine = per_node(row)
    count = ("stops: %s" % row["instructions_stops"] if mine is None
             else "%d" % round(mine))
    if "stops" in row:
        taken = ["stops: %s" % row["stops"], ""]
    else:
        taken = ["%.3f" % (middle(row, "cpu_ms") / 1000),
                 rounded(middle(row, "peak_mib") * 1024 / row["nodes"])]
    return [row["kind"], "{:,}".format(row["nodes"]),
            bytes_as_text(row["file_bytes"]), count,
            share(mine / base - 1) if mine and base else "", *taken]


def bases_of(rows):
    """Kind: instructions per node at 10,000 nodes."""
    return {row["kind"]: per_node(row) for row in rows
            if row["nodes"] == 10000}


def growth_section(part):
    found = part["found"]
    rows = found["rows"]
    bases = bases_of(rows)
    text = "## Growth\n\nGenerated graphs (`bench/graphs.py`): transformer " \
        "layers with the arithmetic of shapes that exporters write, " \
        "convolutional blocks with modules in the names, and the transformer " \
        "with open batch and seq. Instructions of the whole process by %s, " \
        "per node, and their change from 10,000 nodes.\n\n" % found["counter"]
    text += table(["graph", "nodes", "file", "instructions per node",
                   "change", "CPU s", "peak KiB per node"],
                  [growth_row(row, bases.get(row["kind"])) for row in rows])
    text += "\nA graph of 1,000,000 nodes is more than the 256 MiB that are " \
        "kept of a file unasked: these runs have `--limit " \
        "metadata=1073741824`.\n"
    return text, part["around"]


def growth_aim(part):
    rows = part["found"]["rows"]
    bases = bases_of(rows)
    counted = [row for row in rows if row["nodes"] >= 10000 and
               per_node(row) and bases.get(row["kind"])]
    if not counted:
        return ""
    change = max(abs(per_node(row) / bases[row["kind"]] - 1)
                 for row in counted)
    return "- From 10,000 to %s nodes, instructions per node change by at " \
        "most %.1f %% (aim: %d).\n" % (
            "{:,}".format(max(row["nodes"] for row in counted)),
            100 * change, 100 * AIM_GROWTH)


# ---- the page ----

SECTIONS = (("rivals", rivals_section), ("memory", memory_section),
            ("phases", phases_section), ("growth", growth_section))


def circumstances(around):
    versions = around["versions"]
    return "%s, %d cores, %s, Python %s; %s. The machine is shared with " \
        "other work (load %s at the start), files are in the page cache: " \
        "trust ratios and minima more than medians of time, and instructions " \
        "more than either.%s\n" % (
            around["cpu"], around["cores"], around["kernel"],
            around["python"],
            ", ".join("%s %s" % item for item in versions.items()),
            around["load"],
            " This was a `--quick` run." if around["quick"] else "")


def page(results):
    text = INTRO
    if "rivals" in results:
        text += "\n" + circumstances(results["rivals"]["around"])
        text += "\n" + aims(results["rivals"])
    if "growth" in results:
        text += growth_aim(results["growth"])
    for name, section in SECTIONS:
        if name in results:
            body, around = section(results[name])
            text += "\n%s\nMeasured on %s.\n" % (body, around["date"])
    return text


def read(path=RESULTS):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def compact(results):
    """JSON that a reader of a difference can follow: samples on one line."""
    encoder = json.JSONEncoder(ensure_ascii=False)

    def lines(value, indent):
        inner = indent + " "
        if isinstance(value, dict):
            items = ["%s%s: %s" % (inner, encoder.encode(key),
                                   lines(item, inner))
                     for key, item in value.items()]
            return "{\n%s\n%s}" % (",\n".join(items), indent)
        if isinstance(value, list) and any(isinstance(item, dict)
                                           for item in value):
            items = [inner + lines(item, inner) for item in value]
            return "[\n%s\n%s]" % (",\n".join(items), indent)
        return encoder.encode(value)

    return lines(results, "") + "\n"


def save(results, results_path=RESULTS, page_path=PAGE):
    for path, text in ((results_path, compact(results)),
                       (page_path, page(results))):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    save(read())
