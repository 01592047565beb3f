#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML page in a browser: one file, one request, nothing that runs.

Headless chromium opens the pages of the samples, of a model whose every
string is hostile, of one with an operator that nobody knows and of one
without nodes. Totals are compared with the JSON report, formulas as a
selection copies them with the JSON's as Python evaluates them. The page must
look the same without scripts, fit any width, follow the dark scheme and
print in full. The hostile page must have as many elements as its harmless
twin.
"""
import os
import re
import sys
import tempfile

import onnx
from onnx import TensorProto, helper
from playwright.sync_api import sync_playwright

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ROOT = os.path.dirname(harness.TESTS)
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--no-first-run"]
WIDTHS = (400, 640, 700, 960, 1180, 1280, 1500, 1920)
ELSEWHERE = {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati",
             "COLUMNS": "40"}
# C0 but LF, DEL, C1, what reorders or hides text, separators of lines.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f"
                 "\u2028-\u202e\u2060-\u206f\ufeff]")
HOSTILE = ("</style><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
           "\"' onmouseover='alert(1)' x=\"", "&lt;b&gt;&#0;&amp", "-->]]><!--",
           "a\u2028b\u2029c", "\x1b[31m\x1b]52;c;eA==\x07", "\r\n::error::x",
           "##[add-mask]x", "\u202eabc\u2066\u200b\ufeff", "\x7f\x9b\x01",
           "javascript:alert(1)", "{{7*7}}${7*7}", "=cmd|'/c calc'!A1",
           "\U0001f600\u0627\u05d0\u5377")
LONG = 1 << 20


# ---- models ----

def hostile_strings():
    """Ever another one; what shapes the report stays where it is."""
    index = 0
    while True:
        yield "%s.%d" % (HOSTILE[index % len(HOSTILE)], index)
        index += 1


def harmless(text):
    """The same letters, dots, slashes and digits, else an "o" each."""
    return re.sub(r"[^A-Za-z0-9./]", "o", text)


def hostile_model(spell):
    """A model whose every string is spell(something hostile)."""
    some = hostile_strings()
    names = {}

    def name(key):
        if key not in names:
            names[key] = spell(next(some))
        return names[key]

    # No identifier either way: both have an alias.
    batch = "b \u202e<b>&\"" if spell(" ") == " " else "b o"
    tail = "".join("%s/" % spell(text) for text in HOSTILE)
    long_name = "n" * (LONG - len(tail.encode()) - 1) + tail
    nodes = [
        helper.make_node("Conv", [name("x"), name("w")], [name("c")],
                         name="/a/%s/Conv" % name("conv")),
        helper.make_node("Relu", [name("c")], [name("r")], name=long_name),
        helper.make_node(name("op"), [name("r")], [name("y")],
                         domain=name("domain"), name=name("custom")),
    ]
    graph = helper.make_graph(
        nodes, name("graph"),
        [helper.make_tensor_value_info(name("x"), TensorProto.FLOAT,
                                       [batch, 3, 8, 8])],
        [helper.make_tensor_value_info(name("y"), TensorProto.FLOAT, None)],
        [helper.make_tensor(name("w"), TensorProto.FLOAT, [4, 3, 3, 3],
                            bytes(4 * 108), raw=True)],
        doc_string=name("doc"))
    model = helper.make_model(
        graph, producer_name=name("producer"),
        opset_imports=[helper.make_opsetid("", 17),
                       helper.make_opsetid(name("domain"), 1)])
    model.producer_version = name("version")
    model.domain = name("model domain")
    helper.set_model_props(model, {name("key"): name("value")})
    return model


def unknown_model():
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3])
              for name in ("x", "y")]
    nodes = [helper.make_node("Relu", ["x"], ["r"], name="relu"),
             helper.make_node("Mystery", ["r"], ["y"], domain="com.acme",
                              name="mystery")]
    return helper.make_model(
        helper.make_graph(nodes, "unknown", values[:1], values[1:]),
        opset_imports=[helper.make_opsetid("", 17),
                       helper.make_opsetid("com.acme", 1)])


def empty_model():
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
    return helper.make_model(
        helper.make_graph([], "empty", [value], [value]),
        opset_imports=[helper.make_opsetid("", 17)])


def models(folder):
    """[(name, path)]"""
    made = {"hostile": hostile_model(str), "harmless": hostile_model(harmless),
            "unknown": unknown_model(), "empty": empty_model()}
    for name, model in made.items():
        onnx.save(model, os.path.join(folder, name + ".onnx"))
    samples = [(name, os.path.join(ROOT, "samples", name + ".onnx.gz"))
               for name in ("gpt2", "resnet50")]
    return samples + [(name, os.path.join(folder, name + ".onnx"))
                      for name in made]


# ---- the file ----

def check_file(binary, model, path):
    """Writes the page; problems with its bytes."""
    done = harness.run(binary, model, "-q", "-o", path)
    if done.code != 0:
        return [done.problem]
    with open(path, "rb") as file:
        first = file.read()
    second = harness.run(binary, model, "-f", "html", env=ELSEWHERE, cwd="/")
    problems = [] if first == second.stdout else ["two runs differ"]
    if len(first) > 200000:
        problems.append("%d bytes" % len(first))
    return problems + ["raw %r at %d" % (found.group(), found.start())
                       for found in RAW.finditer(first.decode())][:3]


# ---- the page ----

class Page:
    """An open page and what happened meanwhile."""

    def __init__(self, browser, path, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.events = []
        self.requests = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.events.append(m.text))
        self.page.on("pageerror", lambda e: self.events.append(str(e)))
        self.page.on("dialog", self.dismiss)
        self.page.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation',"
            "  e => violations.push(e.violatedDirective))")
        self.page.goto("file://" + path)

    def dismiss(self, dialog):
        self.events.append("dialog: " + dialog.message)
        dialog.dismiss()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def evaluate(self, script, argument=None):
        return self.page.evaluate(script, argument)


def check_silence(page, path):
    problems = []
    if page.requests != ["file://" + path]:
        problems.append("requests: %s" % page.requests)
    if page.events:
        problems.append("events: %s" % page.events)
    violations = page.evaluate("window.violations")
    if violations:
        problems.append("policy violations: %s" % violations)
    active = page.evaluate(
        "document.querySelectorAll('script, img, iframe, object, embed, link,"
        " form, input, button, base, [style]').length")
    if active:
        problems.append("%d elements that have no business here" % active)
    return problems


def check_totals(page, report):
    """Every total of the head of the page is the JSON's, to the integer."""
    shown = page.evaluate(
        "[...document.querySelectorAll('#totals [data-total]')].map("
        "e => [e.dataset.total, e.dataset.value])")
    problems = []
    for name, value in shown:
        total = report["totals"][name]
        said = total["value"] if total["value"] is not None else (
            total["formula"])
        if value != (None if said is None else str(said)):
            problems.append("%s is %s, JSON has %s" % (name, value, said))
    for name in ("flops", "macs", "params"):
        if name not in [total for total, _ in shown]:
            problems.append("no " + name)
    return problems


COPY = """e => { const range = document.createRange();
  range.selectNodeContents(e); const all = getSelection();
  all.removeAllRanges(); all.addRange(range); return all.toString() }"""


def check_formulas(page, report):
    """A formula, or the whole behind its fold, is valid and right Python."""
    problems = []
    for shown in page.page.query_selector_all("[data-formula]"):
        name = shown.get_attribute("data-formula")
        fold = shown.query_selector("details code")
        if fold:
            shown.query_selector("summary").click()
        copied = (fold or shown.query_selector(".fx")).evaluate(COPY)
        for value in (1, 7, 100):
            env = {symbol["name"]: value for symbol in report["symbols"]}
            got = harness.evaluate(copied, env)
            wanted = harness.evaluate(report["totals"][name], env)
            if got is None or got != wanted:
                problems.append("%s copies as %r" % (name, copied[:80]))
                break
    return problems


def check_structure(page, report):
    """Sections and headings in order, tables that say what they are."""
    wanted = ["model", "totals", "findings", "operators", "nodes",
              "conventions"]
    if any(symbol["value"] is None for symbol in report["symbols"]):
        wanted.append("formula")
    problems = ["no #%s" % name for name in wanted
                if page.evaluate("id => !document.getElementById(id)", name)]
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map("
                           "e => Number(e.tagName[1]))")
    if levels[0] != 1 or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        problems.append("headings: %s" % levels)
    bare = page.evaluate(
        "document.querySelectorAll('table:not(:has(caption)),"
        " th:not([scope])').length")
    if bare:
        problems.append("%d tables without caption, heads without scope" %
                        bare)
    titles = [page.page.title(), page.evaluate("document.documentElement.lang")]
    return problems + ([] if all(titles) else ["no title or language"])


def check_widths(page):
    problems = []
    for width in WIDTHS:
        page.page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            problems.append("%d px wide in %d" % (wide, width))
    return problems


BRIGHTNESS = """() => getComputedStyle(document.documentElement)
  .backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"""
HIDDEN = """() => [...document.querySelectorAll('section')]
  .filter(e => e.getBoundingClientRect().height < 10).map(e => e.id)"""


def check_schemes(browser, path):
    problems = []
    with Page(browser, path, color_scheme="dark") as page:
        if max(page.evaluate(BRIGHTNESS)) > 64:
            problems.append("the dark scheme is not dark")
        page.page.emulate_media(media="print")
        if min(page.evaluate(BRIGHTNESS)) < 255:
            problems.append("paper is not white")
        hidden = page.evaluate(HIDDEN)
        if hidden:
            problems.append("not printed: %s" % hidden)
    with Page(browser, path, color_scheme="light") as page:
        if min(page.evaluate(BRIGHTNESS)) < 255:
            problems.append("the light scheme is not light")
        scripted = page.page.screenshot(full_page=True)
    with Page(browser, path, color_scheme="light",
              java_script_enabled=False) as page:
        if page.page.screenshot(full_page=True) != scripted:
            problems.append("looks otherwise without scripts")
    return problems


def check_page(browser, binary, model, path):
    report = harness.run_json(binary, model).report
    if report is None:
        return ["no JSON report"]
    with Page(browser, path) as page:
        problems = (check_totals(page, report) + check_structure(page, report) +
                    check_widths(page) + check_formulas(page, report) +
                    check_silence(page, path))
    return problems + check_schemes(browser, path)


def elements(browser, path):
    """How many there are but those that spell controls."""
    with Page(browser, path) as page:
        return page.evaluate(
            "document.querySelectorAll('*:not(.ctl)').length")


def check_twins(browser, folder):
    count = [elements(browser, os.path.join(folder, name + ".html"))
             for name in ("hostile", "harmless")]
    return [] if count[0] == count[1] else ["%d and %d elements" % tuple(count)]


def check_unknown(browser, path):
    with Page(browser, path) as page:
        said = page.evaluate("document.getElementById('totals').innerText")
        row = page.evaluate(
            "document.querySelector('#nodes tbody tr').innerText")
    problems = [] if "\u2265" in said and "lower bound" in said else [
        "totals do not say lower bound: %r" % said[:80]]
    return problems + ([] if "mystery" in row and "?" in row else [
        "unknown is not first: %r" % row[:80]])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    if not os.path.exists(CHROMIUM):
        tally.skip("no %s" % CHROMIUM)
        tally.close()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, model in models(folder):
            path = os.path.join(folder, name + ".html")
            problems = check_file(options.binary, model, path)
            tally.add(name + ": the file", problems)
            if os.path.exists(path):
                tally.add(name + ": the page", check_page(
                    browser, options.binary, model, path))
        tally.add("hostile names make no elements",
                  check_twins(browser, folder))
        tally.add("unknown is said", check_unknown(
            browser, os.path.join(folder, "unknown.html")))
        browser.close()
    tally.close()


if __name__ == "__main__":
    main()
