"""What a part of an address can be."""

from werkzeug.routing import BaseConverter


class ReferenceConverter(BaseConverter):
    """A reference number in an address, in capitals however it was typed."""

    regex = "[0-9A-Za-z]{2,6}(?:-[0-9A-Za-z]{2,6}){1,3}"

    def to_python(self, value: str) -> str:
        """The number as it is kept."""
        return value.upper()
