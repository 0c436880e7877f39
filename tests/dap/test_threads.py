"""Several threads: each has its stack, no stop is lost, nobody waits for another's values."""


def test_a_thread_each(dap, program):
    prog = program(
        """
        import threading
        ready = threading.Barrier(3)
        done = threading.Event()
        def work(n):
            mine = n * 10
            ready.wait()
            done.wait()
        threads = [threading.Thread(target=work, args=(n,), name="worker %d" % n) for n in range(2)]
        for t in threads:
            t.start()
        ready.wait()
        x = 1  # @stop
        done.set()
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        threads = {thread["name"]: thread["id"] for thread in s.threads()}
        assert set(threads) == {"MainThread", "worker 0", "worker 1"}
        for n in range(2):
            frames = s.stack(threads["worker %d" % n])
            frame = [frame for frame in frames if frame["name"] == "work"][0]
            assert s.evaluate("mine", frame=frame["id"]) == str(n * 10)
        started = [body["threadId"] for body in s.wire.bodies("thread") if body["reason"] == "started"]
        assert set(threads.values()) <= set(started)
        s.finish()
        exited = {body["threadId"] for body in s.wire.bodies("thread") if body["reason"] == "exited"}
        assert {threads["worker 0"], threads["worker 1"]} <= exited


def test_a_hanging_repr_blocks_nobody_else(dap, program):
    prog = program(
        """
        import threading
        class Hangs:
            def __repr__(self):
                threading.Event().wait()
        hangs = Hangs()
        x = 1  # @stop
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        scopes = s.scopes()
        s.wire.begin("variables", {"variablesReference": scopes["Globals"]["variablesReference"]})
        assert s.threads()  # answered meanwhile; and the end of the session is not held up


def test_two_threads_at_one_breakpoint(dap, program):
    """One stop is told, the other waits its turn; none is lost, however the threads are scheduled."""
    prog = program(
        """
        import threading
        barrier = threading.Barrier(2)
        hits = []
        def work(n):
            for round in range(20):
                barrier.wait()
                hits.append(n)  # @hit
        threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert sorted(hits) == [0] * 20 + [1] * 20
        """
    )
    with dap.launch(prog, ["hit"]) as s:
        seen = []
        for _ in range(40):
            s.wait_stop("hit")
            seen.append(s.evaluate("n"))
            s.continue_()
        assert sorted(seen) == ["0"] * 20 + ["1"] * 20
        s.finish()
