"""Renders every golden letter to files, for looking at them in a browser.

`python -m scripts.render_mails [FOLDER]`; the folder is `.build/mails` unless given.
"""

import sys
from html import escape
from pathlib import Path

from shared.adapters.mail import render
from tests.adapters.mail_kit import GOLDEN, links, settings_named

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".build" / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, letter in GOLDEN.items():
        mail = render(letter, settings_named(name), *links(letter))
        (folder / f"{name}.html").write_text(mail.html, encoding="utf-8")
        (folder / f"{name}.txt").write_text(mail.text, encoding="utf-8")
        entries.append(
            f'<li><a href="{name}.html">{escape(mail.subject)}</a> (<a href="{name}.txt">text</a>)'
        )
    index = "<!doctype html><meta charset=utf-8><title>Mails</title><ul>\n" + "\n".join(entries)
    (folder / "index.html").write_text(index + "\n</ul>\n", encoding="utf-8")
    print(folder / "index.html")


if __name__ == "__main__":
    main()
