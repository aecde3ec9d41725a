"""The values written inside a document obey the rules of JSON at the wire: this is the other way in for them.

Its tokens are looked at, not its nodes: one pass finds every literal, wherever the grammar allows one.
"""

from math import isinf

from graphql import DocumentNode, GraphQLError, Token, TokenKind

from levelmark.domain.json import MAX_INTEGER

_LONGEST_INTEGER = len(str(-MAX_INTEGER))


def literal_errors(document: DocumentNode) -> list[GraphQLError]:
    """One error for each literal that could not come as JSON either; positions, but no values, are shown."""
    errors = []
    token = document.loc.start_token if document.loc else None
    while token is not None:
        fault = _fault(token)
        if fault and document.loc:
            code = {"code": "BAD_USER_INPUT"}
            errors.append(GraphQLError(fault, None, document.loc.source, [token.start], extensions=code))
        token = token.next
    return errors


def _fault(token: Token) -> str | None:
    text = token.value or ""
    match token.kind:
        case TokenKind.INT if len(text) > _LONGEST_INTEGER or abs(int(text)) > MAX_INTEGER:
            return "An integer beyond 2^53 would lose digits; send it as a string."
        case TokenKind.FLOAT if isinf(float(text)):
            return "A number beyond the range of a double cannot be kept."
        case TokenKind.STRING | TokenKind.BLOCK_STRING if "\0" in text:
            return "A string cannot contain the character NUL (U+0000)."
    return None
