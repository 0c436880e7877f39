"""Spell the Debug Adapter Protocol's JSON schema as TypedDicts.

    python tools/generate_messages.py PATH/debugAdapterProtocol.json > dapper/protocol/messages.py

The schema is the public one of the protocol's specification; it is an argument and no part of this repository. The
output depends on nothing else, so the same schema always gives the same file. Names and shapes come from the schema;
of its prose nothing is copied.
"""

import json
import sys

SPECIFICATION = "DAP 1.71, commit e34479c of the public specification"

HEADER = '''"""Every message of the Debug Adapter Protocol as a TypedDict; for type checkers and tests only.

Made by tools/generate_messages.py from the JSON schema of {specification}.
Do not edit; run the generator again.
"""

from typing import Any, Dict, List, Union

from typing_extensions import Literal, NotRequired, TypedDict
'''

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
WIDTH = 120


class Generator:
    """Schema in, Python text out.

    Args:
        definitions: the schema's ``definitions``, name → JSON schema.
    """

    def __init__(self, definitions):
        self.definitions = definitions
        self.done = {}  # name → text, in the order of writing: what a type needs stands above it
        self.open = []  # being written: a type found here again is recursive and named by a string
        self.users = {}  # name → names of the types that mention it

    def text(self):
        """The whole module."""
        for name in self.definitions:
            self.mention(name, None)
        tables = [self.table(kind) for kind in ("Request", "Response", "Event")]
        body = "\n\n\n".join(text.strip().replace("@USERS", self.used_by(name)) for name, text in self.done.items())
        return "%s\n\n\n%s\n\n\n%s\n" % (HEADER.format(specification=SPECIFICATION).rstrip(), body, "\n\n".join(tables))

    def mention(self, name, user):
        """How the definition ``name`` is spelled inside ``user``; it is written first if it was not."""
        if user is not None:
            self.users.setdefault(name, []).append(user)
        if name in self.open:
            return '"%s"' % name
        if name not in self.done:
            self.write(name, self.definitions[name])
        return name

    def write(self, name, schema):
        self.open.append(name)
        flat = self.flat(schema)
        if "properties" in flat or flat.get("type") == "object":
            text = self.typed_dict(name, flat)
        else:
            text = "%s = %s" % (name, self.spell(flat, name))
            if len(text) > WIDTH:
                text = text.replace("Literal[", "Literal[\n    ").replace(", ", ",\n    ").replace("]", ",\n]")
        self.open.pop()
        self.done[name] = text

    def flat(self, schema):
        """``schema`` with its ``allOf`` merged, later parts winning."""
        if "allOf" not in schema:
            return schema
        merged = {"type": "object", "properties": {}, "required": []}
        for part in schema["allOf"]:
            if "$ref" in part:
                part = self.definitions[target(part)]
            part = self.flat(part)
            for key, value in part.get("properties", {}).items():
                merged["properties"][key] = value
            merged["required"] += [key for key in part.get("required", []) if key not in merged["required"]]
        return merged

    def typed_dict(self, name, schema):
        properties, required = schema.get("properties", {}), schema.get("required", [])
        fields = {}
        for key, value in properties.items():
            spelled = self.spell(value, name + key[:1].upper() + key[1:])
            fields[key] = spelled if key in required else "NotRequired[%s]" % spelled
        about = self.about(name, properties)
        if any(key.startswith("__") for key in fields):  # a class body would mangle the key
            items = "".join("        %s: %s,\n" % (json.dumps(key), value) for key, value in fields.items())
            return "# %s\n%s = TypedDict(\n    %s,\n    {\n%s    },\n)" % (about, name, json.dumps(name), items)
        lines = "".join("    %s: %s\n" % (key, value) for key, value in fields.items())
        return 'class %s(TypedDict):\n    """%s"""\n%s' % (name, about, "\n" + lines if lines else "")

    def spell(self, schema, inline_name):
        """A schema as the text of a type; an object with properties becomes a type called ``inline_name``."""
        if "$ref" in schema:
            return self.mention(target(schema), self.open[-1])
        if "oneOf" in schema:
            return "Union[%s]" % ", ".join(self.spell(part, inline_name) for part in schema["oneOf"])
        if "enum" in schema:
            return "Literal[%s]" % ", ".join(json.dumps(value) for value in schema["enum"])
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            if len(kind) == 7:  # every JSON type there is
                return "Any"
            return "Union[%s]" % ", ".join(SCALARS[one] for one in kind)
        if kind == "array":
            return "List[%s]" % self.spell(schema.get("items", {}), inline_name)
        if kind == "object":
            if "properties" in schema:
                if inline_name in self.definitions:
                    raise ValueError("the schema has a %s already" % inline_name)
                self.users.setdefault(inline_name, []).append(self.open[-1])
                self.write(inline_name, schema)
                return inline_name
            if isinstance(schema.get("additionalProperties"), dict):
                return "Dict[str, %s]" % self.spell(schema["additionalProperties"], inline_name)
            return "Dict[str, Any]"
        return SCALARS[kind]

    def about(self, name, properties):
        for key, what in (("command", "request"), ("event", "event")):
            if name.endswith(what.capitalize()) and "enum" in properties.get(key, ()):
                return "The %s `%s`." % (what, properties[key]["enum"][0])
        if name.endswith("Response") and "request_seq" in properties:
            return "The answer to %s." % (command_of(name, self.definitions) or "a request")
        return "@USERS"

    def used_by(self, name):
        users = sorted(set(self.users.get(name, ())))
        if not users:
            return "A shape the others are built on."
        text = "Part of %s." % ", ".join(users)
        if len(text) <= WIDTH - len('    """"""'):
            return text
        return "Part of %s and %d others." % (", ".join(users[:2]), len(users) - 2)

    def table(self, kind):
        """A dict from command or event to type, for validators."""
        rows = []
        for name in self.definitions:
            if not name.endswith(kind) or name in (kind, "ErrorResponse"):
                continue
            if kind == "Event":
                word = self.flat(self.definitions[name])["properties"]["event"]["enum"][0]
            elif kind == "Request":
                word = self.flat(self.definitions[name])["properties"]["command"]["enum"][0]
            else:
                word = command_of(name, self.definitions)
            rows.append("    %s: %s,\n" % (json.dumps(word), name))
        return "%sS = {\n%s}" % (kind.upper(), "".join(rows))


def command_of(response, definitions):
    """The command that ``response`` answers, or None for the base types."""
    request = definitions.get(response[: -len("Response")] + "Request")
    if request is None or "allOf" not in request:
        return None
    return request["allOf"][1]["properties"].get("command", {}).get("enum", [None])[0]


def target(schema):
    return schema["$ref"].rsplit("/", 1)[1]


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    with open(arguments[0], encoding="utf-8") as file:
        definitions = json.load(file)["definitions"]
    sys.stdout.write(Generator(definitions).text())


if __name__ == "__main__":
    main(sys.argv[1:])
