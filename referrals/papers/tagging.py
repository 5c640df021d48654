"""Finishes what a printed paper says about itself to those who hear it: furniture, header cells, and what each sign stands for.

WeasyPrint gives the finished PDF objects to a finisher before it writes them. What it leaves open of PDF/UA (ISO 14289-1):

- It tags running heads and feet but hangs the tags on no tree; content is in the tree or an artifact (7.1).
- Cells name their header cells by marks which no index resolves, and header cells do not say what they head (7.5).
- Of a letter drawn with two signs, as an Arabic one with two vowel marks is, the second has no character at all (7.21.7).
"""

from typing import Any, Final

import pydyf

#: stands for the second sign of a letter: it has no look of its own, joins nothing, and takes part in no comparison
_PART_OF_A_LETTER: Final = "\N{COMBINING GRAPHEME JOINER}".encode("utf-16-be").hex().encode("ascii")


def finish(_document: object, pdf: Any) -> None:
    """Leave nothing of a paper without a meaning to whoever does not see it."""
    tree = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    _mark_furniture(tree, pdf)
    _explain_header_cells(tree, pdf)
    _name_every_sign(pdf)


def _mark_furniture(tree: Any, pdf: Any) -> None:
    """Turn marked content whose tag hangs on no tree into artifacts, and let go of those tags."""
    nums = pdf.objects[_number(tree["ParentTree"])]["Nums"]
    parents = dict(zip(nums[::2], nums[1::2], strict=True))
    reachable = _numbers_under(tree, pdf)
    for reference in pdf.page_references:
        page = pdf.objects[_number(reference)]
        _mark_page(pdf.objects[_number(page["Contents"])].stream, parents[page["StructParents"]], reachable)
    for each in pdf.objects:
        if _is_tag(each) and each.number not in reachable:
            each.free = "f"


def _explain_header_cells(tree: Any, pdf: Any) -> None:
    """Say of each header cell what it heads, and make the index in which other cells find it."""
    tags = [each for each in pdf.objects if _is_tag(each) and each.free == "n"]
    for row in (tag for tag in tags if tag["S"] == "/TR"):
        cells = [pdf.objects[_number(kid)] for kid in row["K"]]
        scope = "/Row" if any(cell["S"] == "/TD" for cell in cells) else "/Column"
        for cell in cells:
            if cell["S"] == "/TH":
                cell["A"]["Scope"] = scope
    marked = sorted((tag["ID"].string, tag["ID"], tag.reference) for tag in tags if "ID" in tag)
    if marked:
        tree["IDTree"] = pydyf.Dictionary({"Names": pydyf.Array(part for _, *pair in marked for part in pair)})


def _name_every_sign(pdf: Any) -> None:
    """Give a character to each sign that has none."""
    for font in [each for each in pdf.objects if isinstance(each, dict) and "ToUnicode" in each]:
        lines = pdf.objects[_number(font["ToUnicode"])].stream
        lines[:] = [line[:-1] + _PART_OF_A_LETTER + b">" if line.endswith(b" <>") else line for line in lines]


def _mark_page(content: list[Any], owners: list[Any], reachable: set[int]) -> None:
    """`content` holds a tag, its properties and `BDC` as three neighbours; `owners` the element of each marked piece."""
    for place, properties in enumerate(content):
        if not isinstance(properties, dict) or "MCID" not in properties:
            continue
        piece = properties["MCID"]
        if _number(owners[piece]) not in reachable:
            content[place - 1 : place + 2] = ["/Artifact", b"BMC", b""]
            owners[piece] = b"null"


def _numbers_under(root: Any, pdf: Any) -> set[int]:
    found: set[int] = set()
    waiting = [root]
    while waiting:
        for kid in waiting.pop().get("K", []):
            if isinstance(kid, bytes):
                found.add(_number(kid))
                waiting.append(pdf.objects[_number(kid)])
    return found


def _is_tag(thing: Any) -> bool:
    return isinstance(thing, dict) and thing.get("Type") == "/StructElem"


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
