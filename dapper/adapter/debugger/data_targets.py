"""What a data breakpoint watches: a local variable of one call, or what a dictionary holds under a key."""
from dapper._frame_eval import opcodes, opsets
from dapper.adapter.debugger import frame_locals, inside, trees
from dapper.adapter.debugger.items import ValueItem
from dapper.adapter.debugger.values import (
    MISSING,
    MemberType,
    ModuleType,
    instance_dict,
    is_a,
    module_dict,
    namespace_of,
    proxied,
    stored,
    type_attribute,
    type_name,
    type_of,
)
from dapper.adapter.debugger.variables import ScopeItem
from dapper.protocol.errors import DapError

_OPTIMIZED = 0x1  # inspect.CO_OPTIMIZED: locals live in slots of the frame
_STORES = opsets.STORES_LOCAL | opsets.UNBINDS_LOCAL | opsets.named("STORE_DEREF", "DELETE_DEREF")


class DictTarget:
    """What a dictionary holds under a key.

    Args:
        name: as the user knows it.
        key: the DictKey of the native core.
    """

    def __init__(self, name, key, describes):
        self.name = name
        self.description = "%s, %s" % (name, describes)
        self.key = key

    @property
    def why_gone(self):
        """Why it can't be watched any more, or None."""
        return None if self.key.alive else "The object is gone."

    def watch(self, on):
        self.key.active = on

    def end(self):
        """Never watch it again."""
        self.key.end()


class LocalTarget:
    """A local variable of one frame.

    Attributes:
        stores: offsets of the instructions that may change it, and of those behind them.
        returns: offsets at which the frame ends.
    """

    def __init__(self, name, frame):
        self.name = name
        call = frame.f_code.co_name
        self.description = "%s, in this call of %s; changes by other functions are not seen" % (name, call)
        self.frame = frame
        self.stores = {}  # offset → offset behind
        self.returns = set()
        self.before = None  # (value,) while an instruction that may change it is under way
        for item in opcodes.instructions(frame.f_code):
            if item.opcode in opsets.RETURNS:
                self.returns.add(item.offset)
            if _stores(frame.f_code, item, name):
                self.stores[item.offset] = item.offset + item.size

    @property
    def why_gone(self):
        """Why it can't be watched any more, or None."""
        return None if self.frame is not None else "The call is over."

    def watch(self, on):
        self.before = None

    def end(self):
        """Never watch it again."""
        self.frame = None

    def offsets(self):
        """The instructions to be told of."""
        return set(self.stores) | set(self.stores.values()) | self.returns

    def value(self):
        """What it is bound to now, or MISSING."""
        found = frame_locals.read(self.frame).get(self.name, MISSING)
        frame_locals.forget(self.frame)
        return found


class SiteTarget:
    """What is stored under a name, watched at every instruction of the program that stores under such a name.

    Args:
        name: as the user knows it.
        stored: the name in the instructions.
        opcodes_: those that store or delete it.
        read: ``read()`` gives its value now, or MISSING, and runs no code of the program.
    """

    why_gone = None

    def __init__(self, name, stored_as, opcodes_, read):
        self.name = name
        self.description = name + "; changes by statements of the program are seen, not those by setattr() and the like"
        self.read = read
        self.before = {}  # thread → (value, line) while an instruction that may change it is under way
        self._stored_as = stored_as
        self._opcodes = opcodes_
        self._found = {}  # id(code) → (code, offsets that store, offsets behind)

    def watch(self, on):
        self.before, self._found = {}, {}

    def end(self):
        """Never watch it again."""
        self._found = {}

    def places(self, code):
        """(offsets of the instructions that may change it, those behind)"""
        found = self._found.get(id(code))
        if found is None:
            stores = [
                item for item in opcodes.instructions(code)
                if item.opcode in self._opcodes and code.co_names[item.arg] == self._stored_as
            ]
            places = {item.offset for item in stores}, {item.offset + item.size for item in stores}
            found = self._found[id(code)] = code, places
        return found[1]


_SETATTR = type_attribute(object, "__setattr__")
_ATTRIBUTES = opsets.named("STORE_ATTR", "DELETE_ATTR")
_GLOBALS = opsets.named("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_NAME", "DELETE_NAME")


def _dict_or_sites(name, space, key, describes, make_key, opcodes_):
    """A target for a dictionary's key that statements store under a name: without the native core, watch those."""
    try:
        return DictTarget(name, make_key(space, key), describes)
    except DapError:
        return SiteTarget(name, key, opcodes_, lambda: dict.get(space, key, MISSING))


def _stores(code, item, name):
    if item.opcode in _STORES:
        return code._varname_from_oparg(item.arg) == name
    if item.opcode in opsets.STORES_TWO:
        return name in (code._varname_from_oparg(item.arg >> 4), code._varname_from_oparg(item.arg & 15))
    return False


def of_child(container, name, make_key):
    """The target for a variable shown in a container.

    Args:
        container: an item from the handles.
        make_key: ``make_key(dict, key)`` gives a DictKey.

    Raises:
        DapError: it can't be watched.
    """
    while not isinstance(container, (ScopeItem, ValueItem)) and hasattr(container, "_parent"):
        container = container._parent
    if isinstance(container, ScopeItem):
        return _of_name(name, container.frame, make_key, container.is_local)
    child = container.find(name, False) if isinstance(container, ValueItem) else None
    if child is None or not child.path:
        raise DapError("cannot_watch", name=name, why="no expression of the program names it")
    shown = (container.expression or "") + child.path
    if child.path.startswith("."):
        return _of_attribute(container.value, child.path[1:], shown, make_key)
    key = eval(child.path[1:-1], {"__builtins__": {}})  # a literal we have written ourselves
    return _of_item(container.value, key, shown, make_key)


def of_expression(text, frame, namespace, make_key):
    """The target an expression names, in a frame or in the console's own namespace.

    Raises:
        DapError: it can't be watched, or fails.
    """
    text = text.strip()
    try:
        node = trees.parse(text, False).body
    except (SyntaxError, ValueError) as error:
        raise DapError("cannot_watch", name=text, why=error) from None
    kind = trees.kind(node)
    if kind == "Name":
        if frame is None:
            return DictTarget(text, make_key(namespace, text), "a name of the console")
        return _of_name(text, frame, make_key, text in _own_names(frame))
    if kind == "Attribute":
        owner = inside.run(text[: text.rindex(".")], frame, namespace)
        return _of_attribute(owner, node.attr, text, make_key)
    if kind == "Subscript":
        raw = text.encode("utf-8")
        before = raw[: node.slice.col_offset].decode("utf-8").rstrip()
        key = raw[node.slice.col_offset : node.slice.end_col_offset].decode("utf-8")
        if before.endswith("["):
            owner = inside.run(before[:-1], frame, namespace)
            return _of_item(owner, inside.run(key, frame, namespace), text, make_key)
    raise DapError("cannot_watch", name=text, why="it is no variable, attribute or item")


def _own_names(frame):
    code = frame.f_code
    if code.co_flags & _OPTIMIZED:
        return code.co_varnames + code.co_cellvars + code.co_freevars
    return frame.f_locals


def _of_name(name, frame, make_key, local):
    if local and frame.f_code.co_flags & _OPTIMIZED:
        if name not in _own_names(frame):
            raise DapError("cannot_watch", name=name, why="it is no variable of the program")
        return LocalTarget(name, frame)
    space = frame.f_locals if local else frame.f_globals
    if type_of(space) is not dict or name not in space and name not in frame.f_globals:
        raise DapError("cannot_watch", name=name, why="there is no such variable")
    describes = "a global variable" if space is frame.f_globals else "a name of the class"
    return _dict_or_sites(name, space, name, describes, make_key, _GLOBALS)


def _of_attribute(owner, name, shown, make_key):
    if is_a(owner, ModuleType):
        return DictTarget(shown, make_key(module_dict(owner), name), "an attribute of this module")
    if is_a(owner, type):
        return DictTarget(shown, make_key(proxied(namespace_of(owner)), name), "an attribute of this class itself")
    held = type_attribute(type_of(owner), name)
    if held is not MISSING and type_attribute(type_of(held), "__set__") is not MISSING:
        if type_of(held) is MemberType and type_attribute(type_of(owner), "__setattr__") is _SETATTR:
            return SiteTarget(shown, name, _ATTRIBUTES, lambda: stored(owner, name))
        why = "it is computed (%s), which tells nobody of its changes" % type_name(type_of(held))
        raise DapError("cannot_watch", name=shown, why=why)
    facts = instance_dict(owner)
    if not is_a(facts, dict):
        raise DapError("cannot_watch", name=shown, why="its object has no dictionary of attributes")
    return _dict_or_sites(shown, facts, name, "an attribute of this object alone", make_key, _ATTRIBUTES)


def _of_item(owner, key, shown, make_key):
    if not is_a(owner, dict):
        why = "it is an item of a %s; only dictionaries tell of changes to their items" % type_name(type_of(owner))
        raise DapError("cannot_watch", name=shown, why=why)
    return DictTarget(shown, make_key(owner, key), "an item of this dictionary")
