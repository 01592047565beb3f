# SPDX-License-Identifier: Apache-2.0
"""Strings that nobody should trust, in every field of a model.

In here: the strings, a model that has one in each field that is read and in
those that are not, and what a reader should get back. The model is encoded
by hand: the onnx package refuses much of this.
Not in here: what must become of them (check_strings.py).
"""
import codecs

from support.wire import field

MEGABYTE = 1000 * 1000
LONG_BYTES = 20 * 1000

PLAIN = b"plain"
HOSTILE = {
    "a script": b"<script>alert(1)</script>",
    "an attribute that ends": b"\"><img src=x onerror=alert(1)>",
    "an attribute in apostrophes": b"'><svg/onload=alert(1)>",
    "the end of a style": b"</style><style>*{display:none}",
    "the end of a title": b"</title></script><!--",
    "quotes": b"'\"`",
    "an entity": b"&amp;&#60;&lt",
    "the end of CDATA": b"]]>",
    "a formula": b"=1+1",
    "an old formula": b"@SUM(A1)",
    "a difference": b"-2+3",
    "a sum": b"+1",
    "a link in a cell": b"=HYPERLINK(\"http://x\";\"y\")",
    "TAB": b"\t=1\ta",
    "CR": b"\r=1\rb\r\n::error::x",
    "LF": b"\n::error file=a,line=1::x\n ::stop-commands::y",
    "LF and blanks of Unicode":
        "\n\u00a0::error::x\n\u3000\u2003\u1680::notice::y".encode(),
    "form feed": b"\x0b\x0c\x1f\x01\x7f::error::x",
    "separators": "a\u2028b\u2029::error::x\u0085c".encode(),
    "a color": b"\x1b[31mred\x1b[0m\x1b[2J\x1b[1A",
    "OSC 52": b"\x1b]52;c;cm0gLXJm\x07",
    "OSC 8": b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "DCS and device status": b"\x1bP$q\"p\x1b\\\x1b[6n\x1bc\x0e",
    "C1 in UTF-8": "\u009b31m\u009d52;c;x\u009c".encode(),
    "C1 alone": b"\x9b31m\x9d0;title\x9c",
    "backspaces": b"ab\x08\x08cd",
    "override": "a\u202egnp.exe\u202c".encode(),
    "isolates": "\u2066\u2067a\u2069\u061c\u200f\u200e".encode(),
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\u00adf".encode(),
    "byte order mark": "\ufeffa\ufeff".encode(),
    "noncharacters and tags": "\ufffe\uffff\U000e0041\U0010ffff".encode(),
    "shorthand controls": "a\U0001bca0b\U0001d173c\U0001d17a".encode(),
    "a command": b"::error::x",
    "a command behind a blank": " \u00a0\t::add-mask::x".encode(),
    "an old command": b"##[add-mask]x##[error]##vso[x]",
    "a command in a command": b"###[[error]####[error]",
    "TeamCity": b"##teamcity[buildStop]",
    "not UTF-8": b"a\xff\xfeb\x80\xc3",
    "cut UTF-8": b"\xe2\x82\xe2\x82a\xf0\x9f\x98",
    "overlong": b"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf\xc0\x80",
    "surrogates": b"\xed\xa0\xbd\xed\xb8\x80\xed\xa0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80\xf8\x88\x80\x80\x80",
    "printf": b"%s%n%99999d%*c",
    "a shell": b"$(reboot)`reboot`;reboot|x&&y>z",
    "a path": b"../../etc/passwd",
    "an absolute path": b"/etc/passwd",
    "backslashes": b"\\\\server\\x\\",
    "a spelt control": b"\\x1b[31m\\u202e\\u{202e}\\n",
    "Markdown": b"|`a`|**b** @all ![](http://x) [c](d)\\|",
    "CSV": b"a,\"b\",\"\"\nc;d",
    "an apostrophe first": b"'=1+1",
    "JSON": b"\"}],\"x\":[{\"\\u0000\\\"",
    "wide": "\u5c42\u5c42/\u30ea\u30b7\u30a7\u30a4\u30d7\U0001f600".encode(),
    "combining": ("e" + "\u0301" * 200).encode(),
    "blanks": b"   ",
    "an expression": b"max(a, b)//0**9",
}
LONG = {
    "a long name": b"a" * LONG_BYTES,
    "a long name of CJK": "\u5c42".encode() * (LONG_BYTES // 3),
    "a long name of escapes": b"\x1b" * LONG_BYTES,
}


def _one_byte(error):
    return "\ufffd", error.start + 1


codecs.register_error("one-byte", _one_byte)


def decoded(data):
    """What a reader gets: U+FFFD for each byte that is not UTF-8."""
    return data.decode("utf-8", "one-byte")


# ---- the wire format ----

def fields(*pairs):
    return b"".join(field(number, content) for number, content in pairs)


FLOAT, INT64, STRING, BOOL = 1, 7, 8, 9


def tensor_type(elem_type, dims, denotation):
    """Dims are integers or dim_params."""
    shape = b"".join(field(1, fields(
        (1 if isinstance(dim, int) else 2, dim), (3, denotation)))
        for dim in dims)
    return fields((1, fields((1, elem_type), (2, shape))), (6, denotation))


def value_info(name, kind, doc):
    return fields((1, name), (2, kind), (3, doc), (4, fields((1, doc),
                                                             (2, doc))))


def attribute(name, kind, number, content, doc):
    return fields((1, name), (number, content), (13, doc), (20, kind))


def node(op_type, inputs, outputs, name, domain=b"", more=b""):
    return (b"".join(field(1, value) for value in inputs) +
            b"".join(field(2, value) for value in outputs) +
            fields((3, name), (4, op_type), (7, domain)) + more)


def tensor(elem_type, dims, name, *content):
    return b"".join(field(1, dim) for dim in dims) + fields(
        (2, elem_type), (8, name), *content)


def entry(key, value):
    return fields((1, key), (2, value))


# ---- the model ----

class Model:
    """One hostile string everywhere; where names must differ, a tag is
    behind it. `rows` are the (name, op_type, domain) to be found."""

    def __init__(self, text):
        self.text = text
        self.rows = []
        self.data = self.build()

    def tag(self, name):
        return self.text + b"~" + name

    def doc(self, number):
        return (number, self.text)

    def metadata(self, *pairs):
        return b"".join(field(9, entry(key, value)) for key, value in
                        [(self.text, self.text), *pairs])

    def add(self, op_type, inputs, outputs, name, domain=b"", more=b"",
            listed=True):
        more += field(6, self.text)
        if listed:
            self.rows.append((self.tag(name), op_type, domain))
        return field(1, node(op_type, [value and self.tag(value)
                                       for value in inputs],
                             [self.tag(value) for value in outputs],
                             self.tag(name), domain, more))

    def value(self, name, elem_type, dims):
        return value_info(self.tag(name), tensor_type(elem_type, dims,
                                                      self.text), self.text)

    def function(self):
        body = node(b"Neg", [self.tag(b"p")], [self.tag(b"q")],
                    self.tag(b"neg"), b"", self.metadata())
        wrapped = field(5, attribute(b"alpha", 1, 21, self.tag(b"fa"),
                                     self.text))
        body2 = node(b"Elu", [self.tag(b"q")], [self.tag(b"s")],
                     self.tag(b"elu"), b"", wrapped)
        self.rows.append((self.tag(b"neg"), b"Neg", b""))
        self.rows.append((self.tag(b"elu"), b"Elu", b""))
        return fields((1, self.tag(b"fn")), (4, self.tag(b"p")),
                      (5, self.tag(b"s")), (6, self.tag(b"fb")), (7, body),
                      (7, body2), self.doc(8), (9, fields((2, 21))),
                      (10, self.tag(b"fd")),
                      (11, attribute(self.tag(b"fa"), 1, 2, 0, self.text)
                       .replace(b"\x10\x00", b"\x15\0\0\x80\x3f")),
                      (13, self.tag(b"ov")))

    def body(self):
        """Of a loop: condition through, one node."""
        nodes = (field(1, node(b"Identity", [self.tag(b"c")],
                               [self.tag(b"d")], self.tag(b"inner"))) +
                 field(1, node(b"Exp", [self.tag(b"v")], [self.tag(b"w2")],
                               self.tag(b"exp"))))
        return nodes + fields(
            (2, self.tag(b"body")), self.doc(10),
            (11, self.value(b"i", INT64, [])),
            (11, self.value(b"c", BOOL, [])),
            (11, self.value(b"v", FLOAT, [4])),
            (12, self.value(b"d", BOOL, [])),
            (12, self.value(b"w2", FLOAT, [4])))

    def strings(self):
        """Attributes of every kind that holds text."""
        text = tensor(STRING, [2], self.tag(b"ts"), (6, self.text),
                      (6, self.text))
        return fields(
            (5, attribute(self.tag(b"s"), 3, 4, self.text, self.text)),
            (5, attribute(self.tag(b"ss"), 8, 9, self.text, self.text)),
            (5, attribute(self.tag(b"t"), 4, 5, text, self.text)),
            (5, attribute(self.tag(b"tp"), 13, 14, tensor_type(
                FLOAT, [self.tag(b"tp")], self.text), self.text)),
            (5, attribute(b"axis", 3, 4, self.text, self.text)),
            (8, self.text))

    def nodes(self):
        made = self.add(b"Relu", [b"x"], [b"y"], b"r",
                        more=self.metadata())
        made += self.add(self.tag(b"op"), [b"y"], [b"z"], b"odd",
                         self.tag(b"dom"), self.strings())
        made += self.add(self.tag(b"fn"), [b"y"], [b"f"], b"call",
                         self.tag(b"fd"), field(8, self.tag(b"ov")) +
                         field(5, attribute(self.tag(b"fb"), 3, 4, self.text,
                                            self.text)), listed=False)
        made += self.add(b"MatMul", [b"y", b"w"], [b"m"], b"mm")
        made += self.add(b"Range", [b"zero", b"n", b"one"], [b"k"], b"range")
        made += self.add(b"NonZero", [b"y"], [b"nz"], b"nonzero")
        made += self.add(b"Add", [b"y", b"bias"], [b"a"], b"/deep/er/add",
                         more=self.metadata(
                             (b"namespace",
                              self.tag(b"ns") + b": class/leaf: op")))
        made += self.add(b"Sigmoid", [b"a"], [b"sg"], b"scoped",
                         more=self.metadata(
                             (b"pkg.torch.onnx.name_scopes",
                              b"['', '" + self.tag(b"sc") + b"', 'leaf']")))
        made += self.add(b"Constant", [], [b"ks"], b"const",
                         more=field(5, attribute(b"value_strings", 8, 9,
                                                 self.text, self.text)))
        made += self.add(b"Loop", [b"n", b"", b"bias"], [b"lp"], b"loop",
                         more=field(5, attribute(b"body", 5, 6, self.body(),
                                                 self.text)))
        self.rows.append((self.tag(b"inner"), b"Identity", b""))
        self.rows.append((self.tag(b"exp"), b"Exp", b""))
        return made

    def initializers(self):
        location = (field(13, entry(b"location", self.text)) +
                    field(13, entry(b"length", b"64")) +
                    field(13, entry(self.text, self.text)))
        weight = tensor(FLOAT, [4, 4], self.tag(b"w"), self.doc(12),
                        (14, 1)) + location
        scalars = [tensor(INT64, [], self.tag(name),
                          (9, bytes([value] + 7 * [0])))
                   for name, value in ((b"zero", 0), (b"one", 1))]
        bias = tensor(FLOAT, [4], self.tag(b"bias"), (9, bytes(16)))
        return b"".join(field(5, item) for item in [weight, bias] + scalars)

    def graph(self):
        inputs = [self.value(b"x", FLOAT, [self.tag(b"batch"), 4]),
                  self.value(b"n", INT64, []),
                  self.value(b"u", FLOAT, [b"ok", self.tag(b"batch")])]
        outputs = [self.value(name, kind, dims) for name, kind, dims in (
            (b"z", FLOAT, [self.tag(b"declared"), 4]),
            (b"f", FLOAT, [self.tag(b"batch"), 4]),
            (b"m", FLOAT, [self.tag(b"batch"), 4]),
            (b"k", INT64, [self.tag(b"k")]),
            (b"nz", INT64, [2, self.tag(b"found")]),
            (b"sg", FLOAT, [self.tag(b"batch"), 4]),
            (b"ks", STRING, [1]), (b"lp", FLOAT, [4]))]
        annotation = fields((1, self.tag(b"y")), (2, entry(self.text,
                                                           self.text)))
        return (self.nodes() + field(2, self.text) + self.initializers() +
                field(10, self.text) +
                b"".join(field(11, item) for item in inputs) +
                b"".join(field(12, item) for item in outputs) +
                field(13, self.value(b"y", FLOAT, [self.tag(b"batch"), 4])) +
                field(14, annotation) + field(16, entry(self.text,
                                                        self.text)))

    def build(self):
        opsets = [(b"", 21), (self.tag(b"dom"), 1), (self.tag(b"fd"), 1)]
        graph, function = self.graph(), self.function()
        return fields(
            (1, 10), (2, self.text), (3, self.text), (4, self.text), (5, 1),
            (6, self.text), (7, graph),
            *[(8, fields((1, domain), (2, version)))
              for domain, version in opsets],
            (14, entry(self.text, self.text)), (25, function))


def megabyte(text):
    """A small model with names of a megabyte."""
    relu = node(b"Relu", [text + b"x"], [text + b"y"], text + b"r")
    odd = node(text + b"op", [text + b"y"], [text + b"z"], text + b"odd",
               text + b"dom")
    kind = tensor_type(FLOAT, [text + b"n", 4], b"")
    graph = fields((1, relu), (1, odd), (2, text),
                   (11, value_info(text + b"x", kind, b"")),
                   (12, fields((1, text + b"z"))))
    return fields((1, 10), (2, text), (7, graph), (8, fields((2, 21))),
                  (8, fields((1, text + b"dom"), (2, 1))))


def long_symbol(letters):
    """A chain of nodes over two dims of so many letters."""
    kind = tensor_type(FLOAT, [b"a" * letters, b"b" * letters], b"")
    nodes = [node(b"Relu", [b"v%d" % i], [b"v%d" % (i + 1)], b"")
             for i in range(50)]
    graph = b"".join(field(1, item) for item in nodes) + fields(
        (2, b"g"), (11, value_info(b"v0", kind, b"")),
        (12, fields((1, b"v50"))))
    return fields((1, 10), (7, graph), (8, fields((2, 21))))
