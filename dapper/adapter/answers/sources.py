"""Requests about the program's text: sources and modules."""
from dapper.adapter.debugger import loaded
from dapper.adapter.request import answers


@answers("source")
def source(session, request):
    source = request.get("source", dict) or {}
    reference = request.get("sourceReference", int) or source.get("sourceReference") or 0
    path = source.get("path")
    if not reference and type(path) is not str:
        raise request.wrong("a sourceReference or a path is needed")
    return {"content": session.debugger.sources.text(path, reference), "mimeType": "text/x-python"}


@answers("modules")
def modules(session, request):
    found = loaded.modules(session.debugger)
    start = request.get("startModule", int) or 0
    count = request.get("moduleCount", int) or len(found)
    return {"modules": found[start : start + count], "totalModules": len(found)}


@answers("loadedSources")
def loaded_sources(session, request):
    return {"sources": loaded.loaded_sources(session.debugger)}
