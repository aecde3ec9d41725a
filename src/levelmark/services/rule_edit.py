"""A rule edit: the document of a scorecard with one rule written into it, or taken out."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.documents import to_document
from levelmark.domain.issue import Issue, Severity
from levelmark.domain.json import Json
from levelmark.domain.scorecard import Scorecard


class RuleEdit(Struct, frozen=True):
    """`document` is the scorecard as it is to be; `place` is where the written rule stands in it."""

    document: dict[str, Json]
    place: int | None = None

    @classmethod
    def writing(cls, scorecard: Scorecard, rule: Json) -> "RuleEdit":
        """Writes a rule's document: in the place of the rule of its identifier, else behind the others."""
        names = [one.identifier for one in scorecard.rules]
        identifier = rule.get("identifier") if isinstance(rule, dict) else None
        place = names.index(identifier) if identifier in names else len(names)
        document = to_document(scorecard)
        rules = document["rules"]
        return cls({**document, "rules": [*rules[:place], rule, *rules[place + 1 :]]}, place)

    @classmethod
    def deleting(cls, scorecard: Scorecard, identifier: str) -> "RuleEdit":
        """Takes the rule of that identifier out."""
        document = to_document(scorecard)
        kept = [rule for rule in document["rules"] if rule["identifier"] != identifier]
        return cls({**document, "rules": kept})

    def issues(self, found: Iterable[Issue]) -> tuple[Issue, ...]:
        """The issues of the whole scorecard, seen from the edit.

        What is wrong elsewhere was wrong before, and becomes a warning: a rule that a blueprint's edit has
        broken must not keep the others from being mended.
        """
        return tuple(map(self._seen_from_here, found))

    def _seen_from_here(self, issue: Issue) -> Issue:
        own = f"rules[{self.place}]"
        if issue.path.startswith(own):
            return replace(issue, path=f"rule{issue.path.removeprefix(own)}")
        if issue.path == "rules":  # too many, with this one
            return replace(issue, path="rule")
        return replace(issue, path=f"scorecard.{issue.path}", severity=Severity.WARNING)
