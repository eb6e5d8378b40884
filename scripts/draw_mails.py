"""Draws the mails of `docs/mails.md`, from the golden files, with Chromium and pngquant on the path.

`python -m scripts.draw_mails` writes docs/pictures/mail-*.png.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "adapters" / "golden"
PICTURES = ROOT / "docs" / "pictures"
PAGE = ROOT / "docs" / "mails.md"
WIDTH = 480
"""In points; drawn with twice as many dots."""

MARGIN = 24
"""What a browser's window takes of the height, more than once."""

_DRAWN = re.compile(r"pictures/mail-([\w-]+)\.png")
_HEIGHT = "<script>document.title=document.documentElement.scrollHeight</script>"


def main() -> int:
    if not (shutil.which("chromium") and shutil.which("pngquant")):
        sys.stderr.write("chromium and pngquant must be on the path\n")
        return 1
    for name in sorted(set(_DRAWN.findall(PAGE.read_text()))):
        _draw(name)
    return 0


def _draw(name: str) -> None:
    source = (GOLDEN / f"{name}.html").read_text()
    with tempfile.TemporaryDirectory() as folder:
        measured = Path(folder) / "mail.html"
        measured.write_text(source + _HEIGHT)
        dom = _run(folder, f"--window-size={WIDTH},100", "--dump-dom", str(measured))
        height = re.search(r"<title>(\d+)</title>", dom)
        if height is None:
            raise ValueError(f"{name}: no height")
        measured.write_text(source)
        picture = str(PICTURES / f"mail-{name}.png")
        _run(
            folder,
            f"--window-size={WIDTH},{int(height[1]) + MARGIN}",
            "--force-device-scale-factor=2",
            f"--screenshot={picture}",
            str(measured),
        )
        subprocess.run(["pngquant", "--force", "--output", picture, "32", picture], check=True)


def _run(folder: str, *given: str) -> str:
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    quiet += [
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        f"--user-data-dir={folder}/p",
    ]
    command = ["chromium", *quiet, *given]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


if __name__ == "__main__":
    sys.exit(main())
