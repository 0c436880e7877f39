"""Placements that need a program of their own: names, links, archives, frames that run already."""

import os
import zipfile

import pytest


def test_the_main_block(dap, program):
    prog = program(
        """
        def main():
            return 0  # @main

        if __name__ == "__main__":  # @if
            main()  # @call
        """
    )
    with dap.launch(prog, ["main", "if", "call"]) as s:
        assert s.marks_until_end() == ["if", "call", "main"]


@pytest.mark.parametrize("through", ["link", "target"])
def test_symlinked_file(dap, program, through):
    """Breakpoints set through one name are hit in code loaded through the other."""
    prog = program({"main.py": "import linked\n", "real/target.py": "x = 1\ny = 2  # @y\n"})
    link = os.path.join(prog.folder, "linked.py")
    target = os.path.join(prog.folder, "real", "target.py")
    os.symlink(target, link)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        assert s.set_breakpoints(link if through == "link" else target, [2])[0]["verified"]
        s.configuration_done()
        stop = s.wait_stop(reason="breakpoint", line=2)
        assert os.path.realpath(stop.frames[0]["source"]["path"]) == os.path.realpath(target)
        s.finish()


def test_symlinked_folder(dap, program):
    prog = program({"real/main.py": "x = 1\ny = 2  # @y\n"})
    link = os.path.join(prog.folder, "link")
    os.symlink(os.path.join(prog.folder, "real"), link)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(program=os.path.join(link, "main.py"))
        s.set_breakpoints(prog.path, ["y"])
        s.configuration_done()
        s.wait_stop(line=2)
        s.finish()


def test_exec_with_the_name_of_a_file(dap, program):
    prog = program(
        {
            "main.py": """
                import sys
                path = sys.argv[1]
                with open(path) as file:
                    text = file.read()
                for n in range(2):
                    exec(compile(text, path, "exec"))
                """,
            "made.py": "x = 1  # @x\n\ndef f():\n    return 2  # @f\nf()\n",
        }
    )
    with dap.launch(prog, ["x", "f"], args=[prog.marks["x"][0]]) as s:
        assert s.marks_until_end() == ["x", "f", "x", "f"]


def test_exec_with_lines_shifted(dap, program):
    """Code compiled from a piece of a file, at the piece's own lines."""
    prog = program(
        """
        import ast, sys
        tree = ast.parse("a = 1\\nb = 2\\n")
        ast.increment_lineno(tree, 100)
        x = 3
        exec(compile(tree, __file__, "exec"))
        y = 4  # @y
        """
    )
    with open(prog.path, "a") as file:
        file.write("#\n" * 96)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        s.set_breakpoints(None, [102])
        s.configuration_done()
        s.wait_stop(line=102)
        s.finish()


def test_import_from_a_zip_archive(dap, program):
    prog = program("import sys\nsys.path.insert(0, sys.argv[1])\nimport zipped\n")
    archive = os.path.join(prog.folder, "code.zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped.py", "x = 1\ny = 2\ndef f():\n    return 3\nf()\n")
    inside = os.path.join(archive, "zipped.py")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, args=[archive])
        s.set_breakpoints(inside, [2, 4])
        s.configuration_done()
        assert s.places_until_end() == [(inside, 2), (inside, 4)]


def test_modules_named_like_the_library_in_a_package(dap, program):
    prog = program(
        {
            "main.py": "import pack.io, pack.queue, pack.threading\n",
            "pack/__init__.py": "",
            "pack/io.py": "x = 1  # @io\n",
            "pack/queue.py": "from . import io\ny = io.x  # @queue\n",
            "pack/threading.py": "def lock():\n    return 1  # @lock\n\nlock()\n",
        }
    )
    with dap.launch(prog, ["io", "queue", "lock"]) as s:
        assert s.marks_until_end() == ["io", "queue", "lock"]


def test_frames_on_the_stack(dap, program):
    """Breakpoints set while the frames they belong to are running."""
    prog = program(
        """
        def inner():
            a = 1  # @here
            b = 2  # @inner
            return b

        def outer():
            x = inner()
            y = 2  # @outer
            return y

        def generate():
            yield outer()
            z = 3  # @generator
            yield z

        list(generate())
        last = 1  # @module
        """
    )
    with dap.launch(prog, ["here"]) as s:
        s.wait_stop("here")
        s.set_breakpoints(None, ["here", "inner", "outer", "generator", "module"])
        assert s.marks_until_end() == ["here", "inner", "outer", "generator", "module"]


def test_a_loop_that_runs_already(dap, program):
    """The frame is not stopped, makes no call, and gets a breakpoint."""
    prog = program(
        """
        print("ready", flush=True)
        n = 0
        go_on = True
        while go_on:
            n += 1  # @loop
        done = 1  # @done
        """
    )
    with dap.launch(prog) as s:
        s.wait_output("ready")
        assert s.set_breakpoints(None, ["loop", "done"])[0]["verified"]
        s.wait_stop("loop")
        s.set_breakpoints(None, ["done"])
        s.wire.request("setExpression", {"expression": "go_on", "value": "False", "frameId": s.stopped.frame})
        s.continue_("done")
        s.finish()


def test_code_made_by_exec_without_a_file(dap, program):
    """A breakpoint in a file is not hit in a string that has the same lines."""
    prog = program(
        """
        exec("a = 1\\nb = 2\\nc = 3\\n")
        b = 2  # @b
        """
    )
    with dap.launch(prog, ["b"]) as s:
        assert s.marks_until_end() == ["b"]


def test_a_relative_script_and_a_changed_folder(dap, program):
    """The file of the code is named relative to a folder that is no longer the current one."""
    prog = program(
        """
        import os
        os.chdir("/")
        x = 1  # @x
        """
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(program=os.path.basename(prog.path), cwd=prog.folder)
        s.set_breakpoints(prog.path, ["x"])
        s.configuration_done()
        s.wait_stop("x")
        s.finish()


def test_a_module_run_by_name(dap, program):
    prog = program(
        {"main.py": "", "pack/__init__.py": "", "pack/__main__.py": "import sys\nx = sys.argv[1:]  # @x\ny = 2  # @y\n"}
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(module="pack", args=["a b"], cwd=prog.folder)
        s.configure(["x"])
        s.configuration_done()
        s.wait_stop("x")
        s.next("y")
        assert s.evaluate("x") == "['a b']"
        s.finish()


def test_reloaded_module(dap, program):
    prog = program(
        {
            "main.py": "import importlib, mod\nimportlib.reload(mod)\n",
            "mod.py": "def f():\n    return 1  # @f\n\nf()  # @call\n",
        }
    )
    with dap.launch(prog, ["f", "call"]) as s:
        assert s.marks_until_end() == ["call", "f", "call", "f"]
