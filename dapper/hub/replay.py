"""What the client last asked to stop at, to tell a process that has not heard it: one started later, again, or by exec.

The truth stays with the debuggee. Here are requests, kept as they came, and the ids the client knows them by.
"""
_SETS = ("setBreakpoints", "setFunctionBreakpoints", "setExceptionBreakpoints", "setDataBreakpoints",
         "setInstructionBreakpoints", "setPydevdSourceMap", "setDebuggerProperty")


class Wishes:
    """The last request of each kind (of setBreakpoints: of each source), in the order they came first."""

    def __init__(self):
        self._requests = {}  # key → request
        self._told = {}  # key → Breakpoint bodies the client was given
        self._next_id = 1

    def __bool__(self):
        return bool(self._requests)

    @staticmethod
    def covers(command):
        """Is this one of the requests that replace what was wished before?"""
        return command in _SETS

    def answer_early(self, request):
        """Keep a request that came before there was a program.

        Returns:
            The body that answers it: nothing is verified yet.
        """
        key = self._key(request)
        self._requests[key] = request
        self._told[key] = told = []
        for wish in _breakpoints(request):
            body = {"id": self._next_id, "verified": False, "reason": "pending",
                    "message": "Waiting for the program to start."}
            self._next_id += 1
            if type(wish) is dict and type(wish.get("line")) is int:
                body["line"] = wish["line"]
            told.append(body)
        return {"breakpoints": told} if told else None

    def keep(self, request, response):
        """Keep a request the debuggee has answered."""
        if response["success"]:
            key = self._key(request)
            self._requests.pop(key, None)
            self._requests[key] = request
            self._told[key] = _bodies(response)

    def heard(self, event):
        """A `breakpoint` event told the client more."""
        news = (event.get("body") or {}).get("breakpoint") or {}
        for told in self._told.values():
            for number, known in enumerate(told):
                if known.get("id") == news.get("id") is not None:
                    told[number] = dict(known, **news)

    def replay(self, ask, tell):
        """Send all of it to a debuggee.

        Args:
            ask: ``ask(command, arguments, then)``
            tell: called with a `breakpoint` event for each whose truth is now another.
        """
        for key, request in sorted(self._requests.items(), key=self._age):
            arguments = dict(request.get("arguments") or {})
            told = self._told[key]
            wishes = arguments.get("breakpoints")
            if type(wishes) is list:
                arguments["breakpoints"] = [
                    dict(wish, id=known["id"]) if type(wish) is dict and "id" in known else wish
                    for wish, known in zip(wishes, told + [{}] * len(wishes))
                ]
            ask(request["command"], arguments, lambda response, key=key: self._compare(key, response, tell))

    def _age(self, item):
        """Lower ids were given before higher ones."""
        return min((known.get("id", 0) for known in self._told[item[0]]), default=0)

    def _compare(self, key, response, tell):
        if response is None or not response["success"]:
            return
        before, self._told[key] = self._told[key], _bodies(response)
        for old, new in zip(before, self._told[key]):
            if old != new and new.get("id") == old.get("id") is not None:
                tell({"type": "event", "event": "breakpoint", "body": {"reason": "changed", "breakpoint": new}})

    @staticmethod
    def _key(request):
        source = (request.get("arguments") or {}).get("source")
        if type(source) is not dict:
            return request["command"], None
        return request["command"], source.get("path") or source.get("sourceReference") or source.get("name")


def _breakpoints(request):
    wishes = (request.get("arguments") or {}).get("breakpoints")
    return wishes if type(wishes) is list else []


def _bodies(response):
    bodies = (response.get("body") or {}).get("breakpoints")
    return [body if type(body) is dict else {} for body in bodies] if type(bodies) is list else []
