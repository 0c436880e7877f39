"""The log of a process: what is written when something of ours goes wrong."""

import traceback

from dapper.protocol.log import Log


def fault_of(log):
    try:
        raise ValueError("ours")
    except ValueError:
        log.fault()


def test_a_fault_is_told_with_its_traceback(capsys):
    fault_of(Log())
    told = capsys.readouterr().err
    assert told.startswith("dapper: internal error") and "in fault_of" in told and told.endswith("ValueError: ours\n")


def test_a_fault_is_told_where_the_program_has_broken_what_formats_it(monkeypatch, capsys):
    def broken():
        raise RuntimeError("mocked")

    monkeypatch.setattr(traceback, "format_exc", broken)
    fault_of(Log())
    told = capsys.readouterr().err
    assert "ValueError('ours')" in told and "RuntimeError('mocked')" in told
