"""Plain text out of a message that may be HTML, in time linear to its length.

A message doesn't say whether it is HTML, so only what can't well be anything else is taken for it:
- a tag is '<' or '</', the name of a known element, perhaps attributes, and '>', with no '<' on the
  way. 'A < B', '<Phase 2>' and 'A <b' aren't tags and stay; a plain '<b>' can't be told from a tag.
- an entity is '&', a number or a name known to HTML, and ';'. 'R&D', '&copy' and '&foo;' stay.
Tags go before entities are read, so an escaped '&lt;b&gt;' stays as '<b>'; entities are read once.
"""

import re
from html import unescape
from html.entities import html5

from shared.domain.folding import one_line

_BLOCKS = "address|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|table|td|th|tr|ul"
_INLINE = (
    "a|abbr|b|big|body|center|cite|code|comment|del|edited|em|emoji|font|head|html|i|img|ins|kbd|"
    "mark|mention-(?:here|report|user)|muted-text|q|s|small|span|strike|strong|sub|sup|"
    "tbody|tfoot|thead|title|tt|u"
)
# The possessive '*+' and the ban on '<' bound each try by the next '<': no pattern backtracks.
_TAG = re.compile(
    rf"<!--[^<]*?-->|</?(?:(?P<block>{_BLOCKS})|{_INLINE})"
    r"(?:[\s/](?:\"[^\"<]*\"|'[^'<]*'|[^<>])*+)?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")


def to_plain(text: str) -> str:
    r"""The words alone: no tags, no entities; lines are split by one '\n', words by one blank.

    Control characters and lone surrogates become blanks, since no mail or database takes them.
    """
    words = _ENTITY.sub(_entity, _TAG.sub(_tag, text))
    lines = _UNPRINTABLE.sub(" ", words).splitlines()
    return "\n".join(one_line(line) for line in lines if line.strip())


def _tag(match: re.Match[str]) -> str:
    return "\n" if match["block"] else ""


def _entity(match: re.Match[str]) -> str:
    name = match["name"]
    return unescape(match[0]) if name is None else html5.get(f"{name};", match[0])
