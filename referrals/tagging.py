"""Finishes the tags of a printed paper: what repeats on every page is marked as furniture, not as something to read out.

WeasyPrint tags running heads and feet but hangs the tags on no tree, which PDF/UA forbids (ISO 14289-1, 7.1: content
is either in the structure tree or an artifact). It gives the finished PDF objects to a finisher before it writes them.
"""

from typing import Any


def mark_furniture(_document: object, pdf: Any) -> None:
    """Turn marked content whose tag hangs on no tree into artifacts, and let go of those tags."""
    tree = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    nums = pdf.objects[_number(tree["ParentTree"])]["Nums"]
    parents = dict(zip(nums[::2], nums[1::2], strict=True))
    reachable = _numbers_under(tree, pdf)
    for reference in pdf.page_references:
        page = pdf.objects[_number(reference)]
        _mark_page(pdf.objects[_number(page["Contents"])].stream, parents[page["StructParents"]], reachable)
    for each in pdf.objects:
        if _is_tag(each) and each.number not in reachable:
            each.free = "f"


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
