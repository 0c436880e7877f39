"""Dumps and parses nested data as text, in plain Python."""
import slices

ORDERS = [{"id": i, "items": ["pen", "ink", "pa\"per"], "price": i * 1.25, "tags": {"a": [1, 2], "b": {}}}
          for i in range(12)]
DATA = {"name": "shop", "open": True, "none": None, "orders": ORDERS}


def dump(value):
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (dump(key), dump(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[%s]" % ",".join(map(dump, value))
    if isinstance(value, str):
        return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"')
    return repr(value)


class Parser:
    WORDS = {"True": True, "False": False, "None": None}

    def __init__(self, text):
        self.text = text
        self.at = 0

    def value(self):
        char = self.text[self.at]
        if char == "{":
            return dict(self.items("}", self.pair))
        if char == "[":
            return list(self.items("]", self.value))
        return self.string() if char == '"' else self.atom()

    def items(self, end, one):
        self.at += 1
        while self.text[self.at] != end:
            yield one()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def pair(self):
        key = self.value()
        self.at += 1
        return key, self.value()

    def string(self):
        chars = []
        self.at += 1
        while self.text[self.at] != '"':
            if self.text[self.at] == "\\":
                self.at += 1
            chars.append(self.text[self.at])
            self.at += 1
        self.at += 1
        return "".join(chars)

    def atom(self):
        begin = self.at
        while self.text[self.at] not in ",]}":
            self.at += 1
        word = self.text[begin:self.at]
        return self.WORDS[word] if word in self.WORDS else float(word) if "." in word else int(word)


def work():
    assert Parser(dump(DATA)).value() == DATA


slices.run(work)
