"""Style sheets, scripts, fonts and pictures: served from our own folders only, and kept by browsers until one of them changes."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory, url_for

from webapp.guards import public

#: what we write ourselves, and what set-up builds from packages
FOLDERS = (Path(__file__).parent / "assets", Path(__file__).parent / "static")
#: what pages load; everything else in these folders stays inside
KINDS = frozenset({".css", ".js", ".svg", ".woff2", ".png"})
_KEEP = "public, max-age=31536000, immutable"

blueprint = Blueprint("static_files", __name__)


@blueprint.get("/assets/<string:fingerprint>/<path:name>")
@public
def asset(fingerprint: str, name: str) -> Response:
    """One file. The fingerprint stands in the address so that a changed file has a new one."""
    for folder in FOLDERS:
        if Path(name).suffix in KINDS and (folder / name).is_file():
            response = send_from_directory(folder, name)
            response.headers["Cache-Control"] = _KEEP if fingerprint == build_fingerprint() else "no-cache"
            return response
    return abort(404)


def asset_url(name: str) -> str:
    """The address of a file, such as `trivsel.css` or `vendor/htmx.min.js`."""
    return _address(request.script_root, name)


@lru_cache(256)
def _address(_root: str, name: str) -> str:
    # A page names its icons' file some twenty times. What stands before every address of ours may differ by request.
    return url_for("static_files.asset", fingerprint=build_fingerprint(), name=name)


@cache
def build_fingerprint() -> str:
    """One fingerprint over all files, so that a style sheet can name its fonts beside it."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.suffix in KINDS and path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
