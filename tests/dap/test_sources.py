"""Sources, modules, and which code is whose."""

import os


def test_source_text_by_path(hub, program):
    text = "x = 'é'  # @x\n"
    prog = program(text)
    with hub.launch(prog, ["x"]) as s:
        stop = s.wait_stop("x")
        source = stop.frames[0]["source"]
        assert source["path"] == prog.path and source["name"] == os.path.basename(prog.path)
        assert not source.get("sourceReference")
        body = s.wire.request("source", {"source": {"path": prog.path}, "sourceReference": 0})
        assert body["content"] == text
        s.finish()


def test_source_text_that_is_in_no_file(dap, program):
    prog = program(
        """
        import linecache
        text = "def f():\\n    return g()\\n"
        linecache.cache["<made>"] = len(text), None, text.splitlines(True), "<made>"
        def g():
            return 1  # @g
        names = {"g": g}
        exec(compile(text, "<made>", "exec"), names)
        names["f"]()
        """
    )
    with dap.launch(prog, ["g"], justMyCode=False) as s:
        stop = s.wait_stop("g")
        made = [frame for frame in stop.frames if frame["name"] == "f"][0]
        assert made["line"] == 2
        reference = made["source"]["sourceReference"]
        assert reference > 0
        body = s.wire.request("source", {"source": made["source"], "sourceReference": reference})
        assert body["content"] == "def f():\n    return g()\n"
        s.finish()


def test_source_that_is_nowhere(hub, program):
    prog = program("x = 1  # @x\n")
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        assert s.wire.refused("source", {"sourceReference": 4711}).message
        assert s.wire.refused("source", {"source": {"path": "/no/such/file.py"}, "sourceReference": 0}).message
        s.finish()


def test_modules(hub, program):
    prog = program({"main.py": "import helper, json\nx = 1  # @x\n", "helper.py": "__version__ = '1.2'\n"})
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        body = s.wire.request("modules", {})
        modules = {module["name"]: module for module in body["modules"]}
        assert modules["helper"]["path"] == os.path.join(prog.folder, "helper.py")
        assert modules["__main__"]["path"] == prog.path
        assert not [name for name in modules if name.startswith("dapper")]
        assert body["totalModules"] == len(body["modules"])
        page = s.wire.request("modules", {"startModule": 1, "moduleCount": 2})
        assert page["modules"] == body["modules"][1:3]
        assert page["totalModules"] == body["totalModules"]
        s.finish()


def test_loaded_sources(hub, program):
    prog = program({"main.py": "import helper\nx = 1  # @x\n", "helper.py": "y = 1\n"})
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        paths = [source.get("path") for source in s.wire.request("loadedSources")["sources"]]
        assert {prog.path, os.path.join(prog.folder, "helper.py")} <= set(paths)
        assert len(set(paths)) == len(paths)
        s.finish()


LIBRARY = {
    "main.py": """
        import sys
        sys.path.insert(0, sys.argv[1])
        import foreign
        def callback():
            return 1  # @callback
        foreign.call(callback)
        """,
    "site-packages/foreign.py": "def call(func):\n    return func()  # @foreign\n",
}


def test_library_frames_are_left_out(dap, program):
    prog = program(LIBRARY)
    library = os.path.join(prog.folder, "site-packages")
    with dap.launch(prog, ["callback"], args=[library], rules=[{"path": library, "include": False}]) as s:
        stop = s.wait_stop("callback")
        assert (
            "call" not in stop.names
            or [f for f in stop.frames if f["name"] == "call"][0]["presentationHint"] == "subtle"
        )
        s.finish()


def test_all_frames_when_asked(dap, program):
    prog = program(LIBRARY)
    library = os.path.join(prog.folder, "site-packages")
    with dap.launch(prog, ["callback"], args=[library], justMyCode=False) as s:
        assert s.wait_stop("callback").names == ["callback", "call", "<module>"]
        s.finish()


def test_a_breakpoint_in_excluded_code_is_unverified_with_the_reason(dap, program):
    prog = program(LIBRARY)
    library = os.path.join(prog.folder, "site-packages")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, args=[library], rules=[{"path": library + "/**", "include": False}])
        answer = s.set_breakpoints(prog.marks["foreign"][0], ["foreign"])[0]
        assert answer["verified"] is False and answer["message"]
        s.configuration_done()
        s.finish()


def test_path_mappings(dap, program):
    """The editor's copy of the files stands elsewhere."""
    prog = program({"remote/main.py": "x = 1\ny = 2  # @y\n"})
    local, remote = os.path.join(prog.folder, "local"), os.path.join(prog.folder, "remote")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, pathMappings=[{"localRoot": local, "remoteRoot": remote}])
        assert s.set_breakpoints(os.path.join(local, "main.py"), [2])[0]["verified"]
        s.configuration_done()
        stop = s.wait_stop(line=2)
        assert stop.frames[0]["source"]["path"] == os.path.join(local, "main.py")
        s.finish()
