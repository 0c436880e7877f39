"""Where in the source a value comes from."""
from dapper.adapter.debugger.values import (
    AsyncGeneratorType,
    CodeType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
    instance_dict,
    is_a,
    key_of,
    module_of,
    namespace_of,
    type_name,
    type_of,
)

_CODE = {
    FunctionType: "__code__",
    GeneratorType: "gi_code",
    CoroutineType: "cr_code",
    AsyncGeneratorType: "ag_code",
}


def has_definition(value):
    """Whether ``Definition(value).find()`` is likely to know something."""
    if is_a(value, type):
        return "__firstlineno__" in namespace_of(value) or _first_function(value) is not None
    if is_a(value, ModuleType):
        return type_of((instance_dict(value) or {}).get("__file__")) is str
    kind = key_of(type_of(value))
    return kind in _CODE or kind in (MethodType, CodeType)


class Definition:
    """What a location reference stands for.

    Args:
        value: a function, class, module, generator or the like.
    """

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = value

    def find(self):
        """(path in the debuggee, line) of the definition, or None."""
        value = self._value
        if is_a(value, ModuleType):
            path = (instance_dict(value) or {}).get("__file__")
            return (path, 1) if type_of(path) is str else None
        if is_a(value, type):
            return _class_place(value)
        if type_of(value) is MethodType:
            value = value.__func__
        code = value if type_of(value) is CodeType else getattr(value, _CODE.get(key_of(type_of(value)), ""), None)
        return (code.co_filename, code.co_firstlineno) if type_of(code) is CodeType else None


class Declaration:
    """The place where a local variable gets its first value, as the code is written.

    Args:
        code: of the function, class body or module.
        name: of the variable.
    """

    __slots__ = ("_code", "_name")

    def __init__(self, code, name):
        self._code = code
        self._name = name

    def find(self):
        """(path in the debuggee, line), or None."""
        code, name = self._code, self._name
        count = code.co_argcount + code.co_kwonlyargcount
        count += bool(code.co_flags & _VARARGS) + bool(code.co_flags & _KEYWORDS)
        if name in code.co_varnames[:count]:
            return code.co_filename, code.co_firstlineno
        from dis import findlinestarts, get_instructions  # 3 ms, and only when somebody asks

        starts, line = dict(findlinestarts(code)), code.co_firstlineno
        for instruction in get_instructions(code):
            line = starts.get(instruction.offset, line)
            if instruction.opname.startswith("STORE_"):
                stored = instruction.argval
                if stored == name or type_of(stored) is tuple and name in stored:  # two in one, since 3.13
                    return code.co_filename, line or code.co_firstlineno
        return None


_VARARGS, _KEYWORDS = 0x4, 0x8  # inspect.CO_VARARGS, CO_VARKEYWORDS


def _first_function(cls):
    """The first function written in the body of a class."""
    for held in namespace_of(cls).values():
        if key_of(type_of(held)) in (staticmethod, classmethod):
            held = held.__func__
        if type_of(held) is FunctionType and held.__module__ == module_of(cls):
            if held.__code__.co_filename[:1] != "<":
                return held
    return None


def _class_place(cls):
    function = _first_function(cls)
    line = namespace_of(cls).get("__firstlineno__")  # since 3.13
    path = function.__code__.co_filename if function is not None else _module_file(cls)
    if type_of(path) is not str:
        return None
    return path, line if type_of(line) is int else _class_line(cls, path, function)


def _module_file(cls):
    from sys import modules

    module = modules.get(module_of(cls))
    return (instance_dict(module) or {}).get("__file__") if is_a(module, ModuleType) else None


def _class_line(cls, path, function):
    """The line of the nearest ``class`` statement before the first method."""
    last = function.__code__.co_firstlineno if function is not None else 1
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")[: last - 1]
    except OSError:
        return last
    wanted = b"class " + type_name(cls).encode("utf-8")
    for number in range(len(lines), 0, -1):
        if lines[number - 1].strip().startswith(wanted):
            return number
    return last
